/* Data set `war-and-peace`: the text behind the character model of DeepOBS, byte-order mark and CR line ends as its
 * home has them. No checksum of it is published; this one is of a copy that a second, independent one agrees with. */
#include "dataset/dataset_text.h"
#include "dataset/source.h"

enum { CHARACTERS = 3258230, VOCABULARY = 83 };

static const fl_dataset_file files[] = {
    { .name = "warpeace_input.txt",
      .bytes = 3258250,
      .sha256 = "52adf13b4aeeb5a84199b1ad2ef4781966839d4f9e707d552b42e3422cd17581",
      .url = "https://cs.stanford.edu/people/karpathy/char-rnn/warpeace_input.txt" },
};

const fl_dataset_kind fl_dataset_war_and_peace = {
    .entry = { .name = "war-and-peace",
               .about = "3,258,230 characters of Tolstoy's novel in English, 83 of them different",
               .source = "Tolstoy 1869; Karpathy 2015" },
    .licence = "public domain",
    .home = "https://cs.stanford.edu/people/karpathy/char-rnn/",
    .folder = "warpeace",
    .files = files,
    .n_files = 1,
    FL_DATASET_TEXT_FACTS(CHARACTERS, VOCABULARY, FL_DATASET_TEXT_LENGTH),
    .load = fl_dataset_load_text,
};
