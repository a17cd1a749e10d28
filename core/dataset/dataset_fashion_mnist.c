/* Data set `fashion-mnist`. The files have the MD5 sums that its authors publish. */
#include "dataset/dataset_idx.h"

#define URL "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"

static const fl_dataset_file files[] = {
    { .name = "train-images-idx3-ubyte.gz",
      .bytes = 26421880,
      .sha256 = "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
      .url = URL "train-images-idx3-ubyte.gz",
      .plain_bytes = 47040016,
      .plain_sha256 = "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888" },
    { .name = "train-labels-idx1-ubyte.gz",
      .bytes = 29515,
      .sha256 = "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
      .url = URL "train-labels-idx1-ubyte.gz",
      .plain_bytes = 60008,
      .plain_sha256 = "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9" },
    { .name = "t10k-images-idx3-ubyte.gz",
      .bytes = 4422102,
      .sha256 = "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
      .url = URL "t10k-images-idx3-ubyte.gz",
      .plain_bytes = 7840016,
      .plain_sha256 = "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b" },
    { .name = "t10k-labels-idx1-ubyte.gz",
      .bytes = 5148,
      .sha256 = "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
      .url = URL "t10k-labels-idx1-ubyte.gz",
      .plain_bytes = 10008,
      .plain_sha256 = "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34" },
};

const fl_dataset_kind fl_dataset_fashion_mnist = {
    .entry = { .name = "fashion-mnist",
               .about = "70,000 grey 28x28 pictures of clothing, 10 classes",
               .source = "Xiao, Rasul, Vollgraf 2017, arXiv 1708.07747" },
    .licence = "MIT, Copyright 2017 Zalando SE",
    .home = "https://github.com/zalandoresearch/fashion-mnist",
    .files = files,
    .n_files = sizeof files / sizeof *files,
    .shape = { 1, 1, 28, 28 },
    .n_train = 60000,
    .n_validation = 5000, /* Shallue et al. 2018 */
    .n_test = 10000,
    .n_classes = 10,
    .load = fl_dataset_load_idx,
};
