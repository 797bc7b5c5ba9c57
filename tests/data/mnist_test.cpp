#include "support/catch.hpp"

#include <cmath>
#include <gradus/autograd/ops.hpp>
#include <gradus/data/idx.hpp>
#include <gradus/data/mnist.hpp>

#include "support/files.hpp"
#include "support/same_bits.hpp"

namespace gradus::mnist_test {
using namespace test;
namespace fs = std::filesystem;
using data::mnist;
using data::Split;

namespace {

const fs::path sample = fs::path(GRADUS_SOURCE_DIR) / "data" / "sample";

/// `count` training digits in a folder, all labelled `count`; more than one folder can so be told apart.
void put(const fs::path& folder, std::int64_t count) {
  fs::create_directories(folder);
  data::write_idx(folder / "train-images-idx3-ubyte", zeros({count, 28, 28}, {.dtype = uint8}));
  data::write_idx(folder / "train-labels-idx1-ubyte",
                  full({count}, static_cast<double>(count), {.dtype = uint8}));
}

/// No data anywhere but the sample; the places to look in are folders of its own.
struct Places {
  TempFolder given, named, cache, home;
  Variable no_data{"GRADUS_DATA", std::nullopt};
  Variable cache_home{"XDG_CACHE_HOME", cache.path().string()};
  Variable home_folder{"HOME", home.path().string()};
};

}  // namespace

TEST_CASE("the sample holds the first digits of MNIST", "[data][mnist]") {
  const auto train = mnist(Split::train, {.folder = sample}), test = mnist(Split::test, {.folder = sample});
  CHECK(train.size() == 2000);
  CHECK(test.size() == 1000);
  CHECK(train.pixels().shape() == Shape{2000, 28, 28});
  CHECK(train.labels().dtype() == int64);
  CHECK(narrow(train.labels(), 0, 0, 10).to_vector<std::int64_t>() ==
        std::vector<std::int64_t>{5, 0, 4, 1, 9, 2, 1, 3, 1, 4});
  CHECK(narrow(test.labels(), 0, 0, 10).to_vector<std::int64_t>() ==
        std::vector<std::int64_t>{7, 2, 1, 0, 4, 1, 4, 9, 5, 9});
  CHECK(sum(select(train.pixels(), 0, 0).to(int64)).item<std::int64_t>() == 27525);
}

TEST_CASE("digits come as floats, normalised or as shares of 255", "[data][mnist]") {
  const auto normal = mnist(Split::train, {.folder = sample});
  const auto plain = mnist(Split::train, {.folder = sample, .normalize = false});
  const auto [image, label] = normal.get(3);
  CHECK(image.shape() == Shape{1, 28, 28});
  CHECK(label == 1);
  const Tensor pixels = select(normal.pixels(), 0, 3).to(float64);
  const Tensor share = reshape(pixels, {1, 28, 28}) / 255;
  CHECK(max(share).item<double>() > 0.9);
  CHECK(allclose(plain.get(3).image.to(float64), share, {.rtol = 0, .atol = 1e-7}));
  CHECK(allclose(image.to(float64), (share - 0.1307) / 0.3081, {.rtol = 0, .atol = 1e-5}));
  // The constants are the mean and deviation of all 60,000 digits; the first 2,000 are close.
  const Tensor all = plain.pixels().to(float64) / 255;
  CHECK(std::abs(mean(all).item<double>() - 0.1307) < 0.005);
}

TEST_CASE("a batch of digits holds those asked for, in that order", "[data][mnist]") {
  const auto set = mnist(Split::test, {.folder = sample});
  const std::vector<std::int64_t> indices{999, 0, 5, 5};
  const auto [images, labels] = set.get_batch(indices);
  REQUIRE(images.shape() == Shape{4, 1, 28, 28});
  REQUIRE(labels.shape() == Shape{4});
  for (std::int64_t k = 0; k < 4; ++k) {
    const auto [image, label] = set.get(indices[static_cast<std::size_t>(k)]);
    CHECK(same_bits(select(images, 0, k), image));
    CHECK(select(labels, 0, k).item<std::int64_t>() == label);
  }
  CHECK(set.get_batch({}).images.shape() == Shape{0, 1, 28, 28});
  CHECK_THROWS_AS(set.get(-1), IndexError);
  CHECK_THROWS_AS(set.get(1000), IndexError);
  CHECK_THROWS_AS(set.get_batch(std::vector<std::int64_t>{0, 1000}), IndexError);
}

TEST_CASE("mnist finds its files under both spellings, raw and gzip", "[data][mnist]") {
  const std::string separator = GENERATE("-", "."), ending = GENERATE("", ".gz");
  CAPTURE(separator, ending);
  const TempFolder folder;
  for (const std::string prefix : {"train", "t10k"}) {
    const std::int64_t count = prefix == "train" ? 3 : 2;
    const data::WriteIdxOptions options{.gzip = !ending.empty()};
    data::write_idx(folder / (prefix + "-images" + separator + "idx3-ubyte" + ending),
                    zeros({count, 28, 28}, {.dtype = uint8}), options);
    data::write_idx(folder / (prefix + "-labels" + separator + "idx1-ubyte" + ending),
                    ones({count}, {.dtype = uint8}), options);
  }
  CHECK(mnist(Split::train, {.folder = folder.path()}).size() == 3);
  CHECK(mnist(Split::test, {.folder = folder.path()}).size() == 2);
}

TEST_CASE("mnist looks in the given folder, $GRADUS_DATA, the cache, and else takes the sample",
          "[data][mnist]") {
  const Places places;
  const auto fallback = mnist(Split::train);
  CHECK(fallback.is_sample());
  CHECK(fallback.size() == 2000);
  CHECK(fs::equivalent(fallback.folder(), sample));

  put(places.home / ".cache/gradus/mnist", 1);
  CHECK(mnist(Split::train).is_sample());  // $XDG_CACHE_HOME stands in for ~/.cache
  {
    const Variable none("XDG_CACHE_HOME", std::nullopt);
    CHECK(mnist(Split::train).size() == 1);
  }
  put(places.cache / "gradus/mnist", 2);
  const auto cached = mnist(Split::train);
  CHECK(cached.size() == 2);
  CHECK_FALSE(cached.is_sample());
  CHECK(cached.folder() == places.cache / "gradus/mnist");
  CHECK(mnist(Split::test).is_sample());  // the cache holds no test digits

  put(places.named.path(), 3);
  const Variable named("GRADUS_DATA", places.named.path().string());
  CHECK(mnist(Split::train).folder() == places.named.path());
  put(places.given.path(), 4);
  CHECK(mnist(Split::train, {.folder = places.given.path()}).size() == 4);
}

TEST_CASE("a folder that was named must hold the digits", "[data][mnist]") {
  const Places places;
  const std::string given = places.given.path().string(), named = places.named.path().string();
  const auto load = [&] { mnist(Split::train, {.folder = given}); };
  CHECK(
      says(error_of<IoError>(load), {given, "given", "train-images-idx3-ubyte", "train-labels-idx1-ubyte"}));
  put(given, 1);
  CHECK_NOTHROW(load());
  fs::remove(places.given / "train-labels-idx1-ubyte");
  CHECK(says(error_of<IoError>(load), {given}));
  CHECK(says(error_of<IoError>([&] { mnist(Split::train, {.folder = given + "/no"}); }), {given + "/no"}));
  const Variable variable("GRADUS_DATA", named);
  CHECK(says(error_of<IoError>([] { mnist(Split::test); }), {named, "$GRADUS_DATA", "t10k-images"}));
}

TEST_CASE("images and labels must belong together", "[data][mnist]") {
  const TempFolder folder;
  const fs::path images = folder / "train-images-idx3-ubyte", labels = folder / "train-labels-idx1-ubyte";
  const auto complaint = [&] {
    return error_of<IoError>([&] { mnist(Split::train, {.folder = folder.path()}); });
  };
  put(folder.path(), 3);
  REQUIRE(complaint() == "nothing was thrown");
  data::write_idx(labels, ones({2}, {.dtype = uint8}));
  CHECK(says(complaint(), {labels.string(), "[2]", "3 images"}));
  data::write_idx(labels, ones({3, 1}, {.dtype = uint8}));
  CHECK(says(complaint(), {labels.string(), "[3, 1]"}));
  data::write_idx(labels, ones({3}));
  CHECK(says(complaint(), {labels.string(), "float32"}));
  data::write_idx(labels, tensor({1, 10, 2}, {.dtype = uint8}));
  CHECK(says(complaint(), {labels.string(), "image 1 a 10"}));
  write_bytes(labels, {0, 0, 8});
  CHECK(says(complaint(), {labels.string(), "truncated"}));
  put(folder.path(), 3);
  data::write_idx(images, zeros({3, 28, 27}, {.dtype = uint8}));
  CHECK(says(complaint(), {images.string(), "[3, 28, 27]", "28 x 28"}));
  data::write_idx(images, zeros({3, 784}, {.dtype = uint8}));
  CHECK(says(complaint(), {images.string(), "[3, 784]"}));
  data::write_idx(images, zeros({3, 28, 28}));
  CHECK(says(complaint(), {images.string(), "float32"}));
}

}  // namespace gradus::mnist_test
