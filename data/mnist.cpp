#include <gradus/data/mnist.hpp>

#include <cstdlib>
#include <optional>

#include <gradus/data/byte_images.hpp>
#include <gradus/data/dataset.hpp>
#include <gradus/data/idx.hpp>

namespace gradus::data {

namespace {

namespace fs = std::filesystem;

constexpr std::int64_t side = 28;

/// What tells the two sets of this format apart.
struct Images {
  const char* name;
  const char* variable;  ///< of the environment, with their folder
  const char* cache;     ///< their folder within the cache
  bool has_sample;
  float mean, deviation;
};
constexpr Images digits{"mnist", "GRADUS_DATA", "mnist", true, 0.1307F, 0.3081F};
constexpr Images clothing{"fashion_mnist", "GRADUS_FASHION_DATA", "fashion-mnist", false, 0.2860F, 0.3530F};

/// The file in `folder` under any of its names.
std::optional<fs::path> find(const fs::path& folder, const std::string& stem, const std::string& images) {
  for (const char* separator : {"-", "."})
    for (const char* ending : {"", ".gz"}) {
      const fs::path file = folder / (stem + separator + images + ending);
      if (std::error_code ignored; fs::is_regular_file(file, ignored)) return file;
    }
  return std::nullopt;
}

struct Files {
  fs::path images, labels;
};

std::optional<Files> find_files(const fs::path& folder, Split split) {
  const std::string prefix = split == Split::train ? "train" : "t10k";
  const auto images = find(folder, prefix + "-images", "idx3-ubyte");
  const auto labels = find(folder, prefix + "-labels", "idx1-ubyte");
  if (!images || !labels) return std::nullopt;
  return Files{*images, *labels};
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

fs::path cache_folder(const Images& images) {
  const std::string xdg = variable("XDG_CACHE_HOME"), home = variable("HOME");
  return (xdg.empty() ? fs::path(home) / ".cache" : fs::path(xdg)) / "gradus" / images.cache;
}

/// Where the sample is: in the source tree this was built from, or installed.
std::optional<fs::path> sample_folder() {
  for (const char* folder : {GRADUS_SAMPLE_SOURCE, GRADUS_SAMPLE_INSTALLED})
    if (std::error_code ignored; fs::is_directory(folder, ignored)) return folder;
  return std::nullopt;
}

struct Place {
  fs::path folder;
  Files files;
  bool is_sample = false;
};

Place locate(const Images& images, Split split, const fs::path& given) {
  const auto must = [&](const fs::path& folder, const std::string& why) {
    const auto files = find_files(folder, split);
    const std::string prefix = split == Split::train ? "train" : "t10k";
    require<IoError>(
        files.has_value(),
        "{}: {} ({}) does not hold {}-images-idx3-ubyte and {}-labels-idx1-ubyte (also looked for with a "
        "dot for the second hyphen, and with .gz)",
        images.name, folder.string(), why, prefix, prefix);
    return Place{folder, *files};
  };
  if (!given.empty()) return must(given, "the folder that was given");
  if (const std::string folder = variable(images.variable); !folder.empty())
    return must(folder, std::string("$") + images.variable);
  const fs::path cache = cache_folder(images);
  if (!images.has_sample) return must(cache, "the cache folder");
  if (const auto files = find_files(cache, split)) return {cache, *files};
  const auto sample = sample_folder();
  require<IoError>(sample.has_value(), "mnist: no data in {}, and the sample is not in {} any more",
                   cache.string(), GRADUS_SAMPLE_SOURCE);
  Place place = must(*sample, "the sample");
  place.is_sample = true;
  return place;
}

}  // namespace

Mnist::Example Mnist::get(std::int64_t i) const {
  check_index(i, size());
  const Batch batch = get_batch({&i, 1});
  return {reshape(batch.images, {1, side, side}), batch.labels.item<std::int64_t>()};
}

Mnist::Batch Mnist::get_batch(std::span<const std::int64_t> indices) const {
  auto [images, labels] = batch_of(pixels_, labels_, indices, {&scale_, 1}, {&shift_, 1});
  return {std::move(images), std::move(labels)};
}

/// Reads one of the sets.
struct MnistReader {
  static Mnist read(const Images& images, Split split, const MnistOptions& options) {
    const Place place = locate(images, split, options.folder);
    Mnist set;
    set.folder_ = place.folder;
    set.is_sample_ = place.is_sample;
    set.pixels_ = read_idx(place.files.images);
    const Tensor labels = read_idx(place.files.labels);
    require<IoError>(set.pixels_.dtype() == uint8 && set.pixels_.rank() == 3 && set.pixels_.size(1) == side &&
                         set.pixels_.size(2) == side,
                     "{}: {} holds {} {}; needs uint8 images of 28 x 28", images.name,
                     place.files.images.string(), set.pixels_.dtype(), set.pixels_.shape());
    require<IoError>(labels.dtype() == uint8 && labels.rank() == 1 && labels.size(0) == set.pixels_.size(0),
                     "{}: {} holds {} {}; needs one uint8 label for each of the {} images", images.name,
                     place.files.labels.string(), labels.dtype(), labels.shape(), set.pixels_.size(0));
    for (std::int64_t i = 0; i < labels.size(0); ++i)
      require<IoError>(labels.data<std::uint8_t>()[i] <= 9, "{}: {} calls image {} a {}; classes are 0 to 9",
                       images.name, place.files.labels.string(), i, labels.data<std::uint8_t>()[i]);
    set.labels_ = labels.to(int64);
    set.scale_ = options.normalize ? 1 / (255 * images.deviation) : 1.0F / 255;
    set.shift_ = options.normalize ? -images.mean / images.deviation : 0.0F;
    return set;
  }
};

Mnist mnist(Split split, const MnistOptions& options) { return MnistReader::read(digits, split, options); }

Mnist fashion_mnist(Split split, const MnistOptions& options) {
  return MnistReader::read(clothing, split, options);
}

}  // namespace gradus::data
