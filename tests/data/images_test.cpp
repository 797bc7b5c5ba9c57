#include "support/catch.hpp"

#include <gradus/autograd/ops.hpp>
#include <gradus/data/atomic_file.hpp>
#include <gradus/data/cifar.hpp>
#include <gradus/data/idx.hpp>
#include <gradus/data/image_folder.hpp>
#include <gradus/data/jpeg.hpp>
#include <gradus/data/loader.hpp>
#include <gradus/data/mnist.hpp>

#include "support/files.hpp"
#include "support/same_bits.hpp"

namespace gradus::images_test {
using data::Channels;
using data::Split;
using test::says;

namespace {

/// A smooth picture, which JPEG keeps nearly as it is.
Tensor ramp(std::int64_t channels, std::int64_t h, std::int64_t w) {
  const Tensor row = reshape(linspace(0, 200, w), {1, 1, w}), column = reshape(linspace(0, 50, h), {1, h, 1});
  return expand(row + column, {channels, h, w}).to(uint8).contiguous();
}

double largest_difference(const Tensor& a, const Tensor& b) {
  return max(abs(a.to(float64) - b.to(float64))).item<double>();
}

/// `count` records of a CIFAR file, the i-th with pixels of value i.
std::string records(std::int64_t count, const std::vector<std::string>& labels) {
  std::string bytes;
  for (std::int64_t i = 0; i < count; ++i)
    bytes += labels[static_cast<std::size_t>(i)] + std::string(3072, static_cast<char>(i));
  return bytes;
}

template <class F>
std::string complaint(F f) {
  return test::error_of<IoError>(f);
}

}  // namespace

TEST_CASE("JPEG files give back nearly what was written", "[data][jpeg]") {
  const test::TempFolder folder;
  for (const std::int64_t channels : {1, 3}) {
    const Tensor picture = ramp(channels, 17, 33);
    data::write_jpeg(folder / "x.jpg", picture, {.quality = 95});
    const Tensor read = data::read_jpeg(folder / "x.jpg", channels == 1 ? Channels::grey : Channels::rgb);
    CHECK(read.shape() == picture.shape());
    CHECK(largest_difference(read, picture) < 6);
    CHECK(data::read_jpeg(folder / "x.jpg", channels == 1 ? Channels::rgb : Channels::grey).size(0) ==
          4 - channels);
    CHECK(test::same_bits(data::read_picture(folder / "x.jpg", Channels::rgb),
                          data::read_jpeg(folder / "x.jpg", Channels::rgb)));
  }
}

TEST_CASE("what is no whole JPEG file is an error that names it", "[data][jpeg]") {
  const test::TempFolder folder;
  data::write_jpeg(folder / "whole.jpg", ramp(3, 20, 20));
  const test::Bytes whole = test::read_bytes(folder / "whole.jpg");
  for (std::size_t size = 0; size + 2 < whole.size(); ++size) {
    test::write_bytes(folder / "x.jpg",
                      test::Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)));
    CAPTURE(size);
    CHECK(says(complaint([&] { data::read_jpeg(folder / "x.jpg", Channels::rgb); }),
               {"read_jpeg: ", "/x.jpg "}));
  }
  test::Bytes large = whole;
  for (std::size_t i = 0; i + 9 < large.size(); ++i)
    if (large[i] == 0xFF && large[i + 1] == 0xC0) large[i + 5] = large[i + 7] = 0xFF;
  test::write_bytes(folder / "x.jpg", large);
  CHECK(says(complaint([&] { data::read_jpeg(folder / "x.jpg", Channels::rgb); }),
             {"claims 65300 x 65300 pixels"}));
  CHECK(says(complaint([&] { data::read_jpeg(folder / "none.jpg", Channels::rgb); }),
             {"none.jpg cannot be opened"}));
  CHECK_THROWS_AS(data::write_jpeg(folder / "x.jpg", ramp(2, 3, 3)), ShapeError);
  CHECK_THROWS_AS(data::write_jpeg(folder / "x.jpg", ones({1, 3, 3})), DTypeError);
  CHECK_THROWS_AS(data::write_jpeg(folder / "x.jpg", ramp(1, 3, 3), {.quality = 101}), ValueError);
}

TEST_CASE("a folder of pictures is a dataset", "[data][images]") {
  const test::TempFolder folder;
  for (const char* name : {"dogs/inner", "cats", "cats/.hidden"})
    std::filesystem::create_directories(folder / name);
  data::write_png(folder / "cats/b.PNG", ramp(3, 8, 6));
  data::write_jpeg(folder / "cats/a.jpeg", ramp(1, 8, 6));
  data::write_jpeg(folder / "dogs/inner/c.jpg", ramp(3, 5, 5));
  data::write_file(folder / "cats/.hidden/d.png", "");
  data::write_file(folder / "cats/notes.txt", "");
  const data::ImageFolder set = data::image_folder(folder.path());
  CHECK(set.classes() == std::vector<std::string>{"cats", "dogs"});
  REQUIRE(set.size() == 3);
  CHECK(set.file(0).filename() == "a.jpeg");
  const auto [image, label] = set.get(1);
  CHECK(label == 0);
  CHECK(test::same_bits(image, ramp(3, 8, 6).to(float32) / 255));
  CHECK(set.get(2).label == 1);
  CHECK_THROWS_AS(set.get(3), IndexError);

  const auto small = data::image_folder(folder.path(), {.channels = Channels::grey, .size = {4, 5}});
  for (auto [images, labels] : data::Loader{small, {.batch_size = 3}}) {
    CHECK(images.shape() == Shape{3, 1, 4, 5});
    CHECK(labels.to_vector<std::int64_t>() == std::vector<std::int64_t>{0, 0, 1});
  }
}

TEST_CASE("a folder that holds no pictures by class is named", "[data][images]") {
  const test::TempFolder folder;
  CHECK(says(complaint([&] { data::image_folder(folder / "none"); }), {"none is no folder"}));
  CHECK(says(complaint([&] { data::image_folder(folder.path()); }), {"holds no folders, one a class"}));
  std::filesystem::create_directory(folder / "cats");
  CHECK(says(complaint([&] { data::image_folder(folder.path()); }), {"cats holds no .png"}));
  data::write_file(folder / "cats/a.png", "no picture");
  CHECK(says(complaint([&] { data::image_folder(folder.path()).get(0); }), {"a.png"}));
  CHECK_THROWS_AS(data::image_folder(folder.path(), {.size = 0}), ValueError);
}

TEST_CASE("CIFAR-10 is read from its files", "[data][cifar]") {
  const test::TempFolder folder;
  for (int i = 1; i <= 5; ++i)
    data::write_file(folder / ("data_batch_" + std::to_string(i) + ".bin"),
                     records(2, {std::string(1, static_cast<char>(i)), "\x09"}));
  data::write_file(folder / "test_batch.bin", records(3, {"\x01", "\x02", "\x03"}));
  const auto train = data::cifar10(folder.path(), Split::train, {.normalize = false});
  CHECK(train.labels().to_vector<std::int64_t>() == std::vector<std::int64_t>{1, 9, 2, 9, 3, 9, 4, 9, 5, 9});
  CHECK_FALSE(train.coarse_labels().defined());
  CHECK(test::same_bits(train.get(3).image, full({3, 32, 32}, 1) / 255));
  const auto normal = data::cifar10(folder.path(), Split::test);
  const auto [images, labels] = normal.get_batch(std::vector<std::int64_t>{2, 0});
  CHECK(labels.to_vector<std::int64_t>() == std::vector<std::int64_t>{3, 1});
  const double expected[] = {(2 / 255.0 - 0.4914) / 0.2470, (2 / 255.0 - 0.4822) / 0.2435,
                             (2 / 255.0 - 0.4465) / 0.2616};
  for (std::int64_t c = 0; c < 3; ++c)
    CHECK(largest_difference(select(select(images, 0, 0), 0, c), full({32, 32}, expected[c])) < 1e-6);
}

TEST_CASE("CIFAR-100 has two kinds of labels", "[data][cifar]") {
  const test::TempFolder folder;
  data::write_file(folder / "train.bin", records(2, {"\x13\x63", "\x01\x02"}));
  const auto train = data::cifar100(folder.path(), Split::train);
  CHECK(train.labels().to_vector<std::int64_t>() == std::vector<std::int64_t>{99, 2});
  CHECK(train.coarse_labels().to_vector<std::int64_t>() == std::vector<std::int64_t>{19, 1});
}

TEST_CASE("damaged CIFAR files are named", "[data][cifar]") {
  const test::TempFolder folder;
  const auto read = [&](const std::string& content) {
    data::write_file(folder / "test_batch.bin", content);
    return complaint([&] { data::cifar10(folder.path(), Split::test); });
  };
  CHECK(says(read(""), {"cifar10: ", "test_batch.bin has 0 bytes, which is not a multiple of 3073"}));
  CHECK(says(read(std::string(3072, 'x')), {"has 3072 bytes"}));
  CHECK(says(read(records(2, {"\x09", "\x0A"})), {"gives image 1 the class 10; there are 10"}));
  data::write_file(folder / "test.bin", records(1, {"\x14\x01"}));
  CHECK(says(complaint([&] { data::cifar100(folder.path(), Split::test); }),
             {"gives image 0 the group 20; there are 20"}));
  CHECK(says(complaint([&] { data::cifar10(folder.path(), Split::train); }),
             {"data_batch_1.bin cannot be opened"}));
}

TEST_CASE("FashionMNIST has files like MNIST's and numbers of its own", "[data][mnist]") {
  const test::TempFolder folder;
  const test::Variable place("GRADUS_FASHION_DATA", folder.path().string());
  data::write_idx(folder / "t10k-images-idx3-ubyte", full({2, 28, 28}, 255, {.dtype = uint8}));
  data::write_idx(folder / "t10k-labels-idx1-ubyte", full({2}, 9, {.dtype = uint8}));
  const auto test = data::fashion_mnist(Split::test);
  CHECK(test.get(1).label == 9);
  CHECK(largest_difference(test.get(0).image, full({1, 28, 28}, (1 - 0.2860) / 0.3530)) < 1e-5);
  CHECK(says(complaint([] { data::fashion_mnist(Split::train); }),
             {"fashion_mnist: ", "($GRADUS_FASHION_DATA) does not hold train-images-idx3-ubyte"}));
  const test::Variable nowhere("GRADUS_FASHION_DATA", std::nullopt),
      cache("XDG_CACHE_HOME", folder.path().string());
  CHECK(says(complaint([] { data::fashion_mnist(Split::train); }),
             {"gradus/fashion-mnist (the cache folder) does not hold"}));
}

}  // namespace gradus::images_test
