/* Data set `tiny-shakespeare`: 40,000 lines of Shakespeare's plays, in ASCII. */
#include "dataset/dataset_text.h"
#include "dataset/source.h"

enum { CHARACTERS = 1115394, VOCABULARY = 65 };

static const fl_dataset_file files[] = {
    { .name = "input.txt",
      .bytes = 1115394,
      .sha256 = "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
      .url = "https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt" },
};

const fl_dataset_kind fl_dataset_tiny_shakespeare = {
    .entry = { .name = "tiny-shakespeare",
               .about = "1,115,394 characters of Shakespeare's plays, 65 of them different",
               .source = "Shakespeare; Karpathy 2015" },
    .licence = "public domain",
    .home = "https://github.com/karpathy/char-rnn",
    .folder = "tinyshakespeare",
    .files = files,
    .n_files = 1,
    FL_DATASET_TEXT_FACTS(CHARACTERS, VOCABULARY, FL_DATASET_TEXT_LENGTH),
    .load = fl_dataset_load_text,
};
