// A loader's state is one of numbers alone; that it serves for every kind of dataset is seen here.
#include "support/catch.hpp"

#include <gradus/autograd/ops.hpp>
#include <gradus/data/data.hpp>

#include "support/files.hpp"
#include "support/same_bits.hpp"

namespace gradus::loader_kinds_test {
using namespace test;

namespace {

using Batches = std::vector<Tensor>;  ///< what a batch has first

template <class D>
data::Loader<D> loader_of(const D& dataset, std::uint64_t seed) {
  return data::Loader<D>(dataset, {.batch_size = 2, .shuffle = true, .seed = seed});
}

template <class L>
Batches rest_of_epoch(L& loader, std::vector<data::LoaderState>* states = nullptr) {
  Batches all;
  for (const auto& batch : loader) {
    const auto& [images, labels] = batch;
    all.push_back(images);
    if (states != nullptr) states->push_back(loader.state());
  }
  return all;
}

template <class D>
void check_goes_on(const char* kind, const D& dataset) {
  CAPTURE(kind);
  auto whole = loader_of(dataset, 7);
  rest_of_epoch(whole);
  std::vector<data::LoaderState> states;
  const Batches all = rest_of_epoch(whole, &states);
  REQUIRE(all.size() >= 3);
  for (std::size_t done = 1; done <= all.size(); ++done) {
    CAPTURE(done);
    auto resumed = loader_of(dataset, 8);
    resumed.set_state(states[done - 1]);
    const Batches rest = rest_of_epoch(resumed);
    REQUIRE(rest.size() == all.size() - done);
    for (std::size_t i = 0; i < rest.size(); ++i) CHECK(same_bits(rest[i], all[done + i]));
  }
}

Tensor distinct(const Shape& shape, DType dtype) { return reshape(arange(numel(shape)), shape).to(dtype); }

}  // namespace

TEST_CASE("a loader of any kind of dataset goes on in the middle of an epoch", "[data][loader]") {
  const TempFolder folder;
  data::write_npz(folder / "x.npz", {{"x", distinct({6, 2}, float32)}, {"y", distinct({6}, int64)}});
  const auto rows = data::npz_dataset(folder / "x.npz", "x", "y");
  check_goes_on("npz", rows);
  const auto noisy = data::map(rows, [](const std::array<Tensor, 2>& row, Generator& generator) {
    return std::pair(row[0] + rand({2}, {}, &generator), row[1]);
  });
  check_goes_on("augmented", noisy);
  check_goes_on("part of a join", data::subset(data::concat(noisy, noisy), {11, 3, 5, 0, 7}));

  data::write_file(folder / "x.csv", "label,x\n0,1\n1,2\n0,3\n1,4\n2,5\n");
  const data::Csv csv = data::read_csv(folder / "x.csv", {.label = "label"});
  check_goes_on("CSV", data::TensorDataset{csv.values, csv.labels});

  data::write_idx(folder / "t10k-images-idx3-ubyte", distinct({5, 28, 28}, uint8));
  data::write_idx(folder / "t10k-labels-idx1-ubyte", distinct({5}, uint8));
  check_goes_on("MNIST", data::mnist(data::Split::test, {.folder = folder.path()}));
  check_goes_on("FashionMNIST", data::fashion_mnist(data::Split::test, {.folder = folder.path()}));

  std::string records;
  for (char i = 0; i < 5; ++i) records += i + std::string(3072, i);
  data::write_file(folder / "test_batch.bin", records);
  check_goes_on("CIFAR-10", data::cifar10(folder.path(), data::Split::test));

  for (const char* picture : {"a/1.png", "a/2.png", "b/1.png", "b/2.png", "b/3.png"}) {
    std::filesystem::create_directories((folder / picture).parent_path());
    Generator generator(static_cast<std::uint64_t>(picture[0] + picture[2]));
    data::write_png(folder / picture, data::to_pixels(rand({3, 4, 4}, {}, &generator)));
  }
  check_goes_on("pictures", data::image_folder(folder.path()));
}

TEST_CASE("rows of arrays in a .npz file are a dataset", "[data][npz]") {
  const TempFolder folder;
  data::write_npz(folder / "x.npz", {{"labels", distinct({3}, int64)},
                                     {"images", distinct({3, 2, 2}, uint8)},
                                     {"rate", tensor(0.5)},
                                     {"two", distinct({2}, float32)}});
  const auto set = data::npz_dataset(folder / "x.npz", "images", "labels");
  REQUIRE(set.size() == 3);
  CHECK(same_bits(set.get(1)[0], tensor({{4, 5}, {6, 7}}, {.dtype = uint8})));
  for (auto [images, labels] : data::Loader{set, {.batch_size = 3}}) {
    CHECK(images.shape() == Shape{3, 2, 2});
    CHECK(labels.to_vector<std::int64_t>() == std::vector<std::int64_t>{0, 1, 2});
  }
  CHECK(data::npz_dataset(folder / "x.npz", std::string("two")).size() == 2);
  const auto refused = [&](const auto&... names) {
    return error_of<IoError>([&] { data::npz_dataset(folder / "x.npz", names...); });
  };
  CHECK(says(refused("images", "y"), {"x.npz", "holds no array y", "labels, images, rate, two"}));
  CHECK(says(refused("rate"), {"x.npz", "a single number as rate"}));
  CHECK(says(refused("images", "two"), {"x.npz", "3 rows of images, but 2 of two"}));
  CHECK(says(error_of<IoError>([&] { data::npz_dataset(folder / "no.npz", "x"); }), {"no.npz"}));
}

}  // namespace gradus::loader_kinds_test
