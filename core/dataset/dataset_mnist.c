/* Data set `mnist`. Its home no longer serves the files; the mirror is the one PyTorch uses. They have the MD5 sums in
 * common use. */
#include "dataset/dataset_idx.h"

#define URL "https://ossci-datasets.s3.amazonaws.com/mnist/"

static const fl_dataset_file files[] = {
    { .name = "train-images-idx3-ubyte.gz",
      .bytes = 9912422,
      .sha256 = "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
      .url = URL "train-images-idx3-ubyte.gz",
      .plain_bytes = 47040016,
      .plain_sha256 = "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db" },
    { .name = "train-labels-idx1-ubyte.gz",
      .bytes = 28881,
      .sha256 = "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
      .url = URL "train-labels-idx1-ubyte.gz",
      .plain_bytes = 60008,
      .plain_sha256 = "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5" },
    { .name = "t10k-images-idx3-ubyte.gz",
      .bytes = 1648877,
      .sha256 = "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
      .url = URL "t10k-images-idx3-ubyte.gz",
      .plain_bytes = 7840016,
      .plain_sha256 = "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7" },
    { .name = "t10k-labels-idx1-ubyte.gz",
      .bytes = 4542,
      .sha256 = "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
      .url = URL "t10k-labels-idx1-ubyte.gz",
      .plain_bytes = 10008,
      .plain_sha256 = "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2" },
};

const fl_dataset_kind fl_dataset_mnist = {
    .entry = { .name = "mnist",
               .about = "70,000 grey 28x28 handwritten digits, 10 classes",
               .source = "LeCun, Cortes, Burges 1998" },
    .licence = "none stated by the authors; usually labelled CC BY-SA 3.0",
    .home = "http://yann.lecun.com/exdb/mnist/",
    .files = files,
    .n_files = sizeof files / sizeof *files,
    .shape = { 1, 1, 28, 28 },
    .n_train = 60000,
    .n_validation = 5000, /* as of Fashion-MNIST */
    .n_test = 10000,
    .n_classes = 10,
    .load = fl_dataset_load_idx,
};
