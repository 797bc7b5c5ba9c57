#include <gradus/data/cifar.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/data/atomic_file.hpp>
#include <gradus/data/byte_images.hpp>
#include <gradus/data/dataset.hpp>

namespace gradus::data {

namespace {

constexpr std::int64_t channels = 3, side = 32, image_bytes = channels * side * side;

/// What tells the two sets apart.
struct Format {
  const char* name;
  std::int64_t label_bytes;  ///< before the pixels; the last is the label, one before it the coarse label
  int classes;
  std::array<double, 3> mean, deviation;
};
constexpr int coarse_classes = 20;

constexpr Format format10{"cifar10", 1, 10, {0.4914, 0.4822, 0.4465}, {0.2470, 0.2435, 0.2616}};
constexpr Format format100{"cifar100", 2, 100, {0.5071, 0.4865, 0.4409}, {0.2673, 0.2564, 0.2762}};

}  // namespace

/// Reads the files of a split into one set.
struct CifarReader {
  const Format& format;

  Cifar read(const std::filesystem::path& folder, const std::vector<std::string>& names,
             const CifarOptions& options) const {
    const std::int64_t record = format.label_bytes + image_bytes;
    std::vector<std::string> contents;
    std::int64_t count = 0;
    for (const std::string& name : names) {
      const std::string file = (folder / name).string();
      contents.push_back(read_file(file));
      const auto size = static_cast<std::int64_t>(contents.back().size());
      require<IoError>(size > 0 && size % record == 0, "{}: {} has {} bytes, which is not a multiple of {}",
                       format.name, file, size, record);
      count += size / record;
    }
    Cifar set;
    set.pixels_ = empty({count, channels, side, side}, uint8);
    set.labels_ = empty({count}, int64);
    if (format.label_bytes == 2) set.coarse_labels_ = empty({count}, int64);
    std::int64_t at = 0;
    for (std::size_t i = 0; i < names.size(); ++i)
      at = take(set, at, (folder / names[i]).string(), contents[i]);
    for (std::size_t c = 0; c < 3; ++c) {
      set.scale_[c] = static_cast<float>(options.normalize ? 1 / (255 * format.deviation[c]) : 1.0 / 255);
      set.shift_[c] = static_cast<float>(options.normalize ? -format.mean[c] / format.deviation[c] : 0.0);
    }
    return set;
  }

 private:
  /// Copies the records of a file from number `at` on; returns the number behind the last.
  std::int64_t take(Cifar& set, std::int64_t at, const std::string& file, const std::string& content) const {
    const std::int64_t record = format.label_bytes + image_bytes;
    const auto* from = reinterpret_cast<const std::uint8_t*>(content.data());
    const auto* const end = from + content.size();
    for (; from != end; from += record, ++at) {
      const auto label = [&](const char* kind, std::uint8_t value, int classes) {
        require<IoError>(value < classes, "{}: {} gives image {} the {} {}; there are {}", format.name, file,
                         (from - reinterpret_cast<const std::uint8_t*>(content.data())) / record, kind, value,
                         classes);
        return std::int64_t{value};
      };
      set.labels_.mutable_data<std::int64_t>()[at] =
          label("class", from[format.label_bytes - 1], format.classes);
      if (format.label_bytes == 2)
        set.coarse_labels_.mutable_data<std::int64_t>()[at] = label("group", from[0], coarse_classes);
      std::copy_n(from + format.label_bytes, image_bytes,
                  set.pixels_.mutable_data<std::uint8_t>() + at * image_bytes);
    }
    return at;
  }
};

Cifar::Example Cifar::get(std::int64_t i) const {
  check_index(i, size());
  const Batch batch = get_batch({&i, 1});
  return {select(batch.images, 0, 0), batch.labels.item<std::int64_t>()};
}

Cifar::Batch Cifar::get_batch(std::span<const std::int64_t> indices) const {
  auto [images, labels] = batch_of(pixels_, labels_, indices, scale_, shift_);
  return {std::move(images), std::move(labels)};
}

Cifar cifar10(const std::filesystem::path& folder, Split split, const CifarOptions& options) {
  std::vector<std::string> names{"test_batch.bin"};
  if (split == Split::train) {
    names.clear();
    for (int i = 1; i <= 5; ++i) names.push_back("data_batch_" + std::to_string(i) + ".bin");
  }
  return CifarReader{format10}.read(folder, names, options);
}

Cifar cifar100(const std::filesystem::path& folder, Split split, const CifarOptions& options) {
  return CifarReader{format100}.read(folder, {split == Split::train ? "train.bin" : "test.bin"}, options);
}

}  // namespace gradus::data
