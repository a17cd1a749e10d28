/* Data set `cifar10`. Two contents go by this name: the public files, whose checksums are those of the archive's home
 * (as torchvision for Ruby records them), and a copy put together from other sources where the original could not be
 * had, in which 109 of the 60,000 pictures (103 ships, 6 horses) are decoded from JPEG: right, but not exact. */
#include "dataset/dataset_cifar.h"

#define FOLDER "cifar-10-batches-bin/"

static const fl_dataset_file files[] = {
    { .name = "cifar-10-binary.tar.gz",
      .bytes = 170052171,
      .sha256 = "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
      .url = "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
      .repacked = "cifar-10-binary.tar.xz" },
};

static const fl_dataset_cifar cifar = {
    .n_members = 6,
    .members = { { FOLDER "data_batch_1.bin", 10000 },
                 { FOLDER "data_batch_2.bin", 10000 },
                 { FOLDER "data_batch_3.bin", 10000 },
                 { FOLDER "data_batch_4.bin", 10000 },
                 { FOLDER "data_batch_5.bin", 10000 },
                 { FOLDER "test_batch.bin", 10000 } },
    .n_labels = 1,
    .n_contents = 2,
    .contents = { { "CIFAR-10, the public files",
                    { "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5",
                      "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed",
                      "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67",
                      "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48",
                      "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add",
                      "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b" } },
                  { "CIFAR-10 with 109 approximated pictures",
                    { "0def081c410489f98b3935c2d405fc7436d23377894a5d6a710ce1fad8082588",
                      "391e29575970440c9827ff440ffa1280ff77ca6eb244d5c1faba4cff7aa00dc5",
                      "121076ec0d3c7be3f1a6e3e94430ab5bb10bdb03bdf439c59ec721c0c800071e",
                      "ff251e0cad6f90227932ee79ff8eab028f9446e0bdebab02033743cff03b5147",
                      "fac1f56413e32aeecd42ad369e7f1955716e6e67e356724576492ef12a21a825",
                      "12b72019dddc66aa680d9654ddcc864aa808e6540641e0887054d04d415d6427" } } },
};

static fl_dataset *load(const fl_dataset_kind *kind, const char *folder, const double *options, fl_error *error)
{
    return fl_dataset_load_cifar(kind, folder, &cifar, error);
}

const fl_dataset_kind fl_dataset_cifar10 = {
    .entry = { .name = "cifar10",
               .about = "60,000 32x32 pictures in colour, 10 classes",
               .source = "Krizhevsky 2009, Learning Multiple Layers of Features from Tiny Images" },
    .licence = "none stated; its authors ask to be cited",
    .home = "https://www.cs.toronto.edu/~kriz/cifar.html",
    .files = files,
    .n_files = 1,
    .archived = true,
    .shape = { 1, 3, 32, 32 },
    .n_train = 50000,
    .n_validation = 5000,
    .n_test = 10000,
    .n_classes = 10,
    .load = load,
};
