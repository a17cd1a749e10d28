/* Data set `cifar100`, by its 100 fine classes. Checksums as torchvision for Ruby records them. */
#include "dataset/dataset_cifar.h"

static const fl_dataset_file files[] = {
    { .name = "cifar-100-binary.tar.gz",
      .bytes = 168513733,
      .sha256 = "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec",
      .url = "https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz",
      .repacked = "cifar-100-binary.tar.xz" },
};

static const fl_dataset_cifar cifar = {
    .n_members = 2,
    .members = { { "cifar-100-binary/train.bin", 50000 }, { "cifar-100-binary/test.bin", 10000 } },
    .n_labels = 2, /* coarse, fine */
    .label = 1,
    .n_contents = 1,
    .contents = { { "CIFAR-100, the public files",
                    { "f31298fc616915fa142368359df1c4ca2ae984d6915ca468b998a5ec6aeebf29",
                      "d8b1e6b7b3bee4020055f0699b111f60b1af1e262aeb93a0b659061746f8224a" } } },
};

static fl_dataset *load(const fl_dataset_kind *kind, const char *folder, const double *options, fl_error *error)
{
    return fl_dataset_load_cifar(kind, folder, &cifar, error);
}

const fl_dataset_kind fl_dataset_cifar100 = {
    .entry = { .name = "cifar100",
               .about = "60,000 32x32 pictures in colour, 100 classes",
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
    .n_classes = 100,
    .load = load,
};
