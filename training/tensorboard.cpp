#include <gradus/training/tensorboard.hpp>

#include <fmt/format.h>
#include <tensorboard.pb.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>

#include <gradus/data/png.hpp>
#include <gradus/training/crc32c.hpp>

namespace gradus::training {

namespace {

namespace fs = std::filesystem;
static_assert(std::endian::native == std::endian::little, "numbers are written as they lie in memory");

double now() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

tensorboard::Event event_at(std::int64_t step) {
  tensorboard::Event event;
  event.set_wall_time(now());
  event.set_step(step);
  return event;
}

/// TFRecord keeps checksums turned and shifted, for records may hold checksums themselves.
std::uint32_t masked_checksum(const void* bytes, std::size_t count) {
  Crc32c crc;
  crc.add(bytes, count);
  return std::rotr(crc.value(), 15) + 0xA282EAD8U;
}

/// Upper bounds of the histogram's buckets, as TensorFlow chooses them: from 1e-12 in steps of a tenth, both
/// ways from 0.
const std::vector<double>& bucket_limits() {
  static const std::vector<double> limits = [] {
    std::vector<double> up;
    for (double v = 1e-12; v < 1e20; v *= 1.1) up.push_back(v);
    up.push_back(std::numeric_limits<double>::max());
    std::vector<double> all;
    for (auto v = up.rbegin(); v != up.rend(); ++v) all.push_back(-*v);
    all.push_back(0);
    all.insert(all.end(), up.begin(), up.end());
    return all;
  }();
  return limits;
}

void fill(tensorboard::Histogram& histogram, const std::vector<double>& values) {
  const std::vector<double>& limits = bucket_limits();
  std::vector<double> counts(limits.size(), 0);
  double low = std::numeric_limits<double>::max(), high = -low, sum = 0, squares = 0, number = 0;
  for (const double v : values) {
    if (!std::isfinite(v)) continue;
    low = std::min(low, v);
    high = std::max(high, v);
    sum += v;
    squares += v * v;
    ++number;
    const auto bucket = std::lower_bound(limits.begin(), limits.end(), v) - limits.begin();  // limit included
    ++counts[static_cast<std::size_t>(bucket)];
  }
  histogram.set_min(number > 0 ? low : 0);
  histogram.set_max(number > 0 ? high : 0);
  histogram.set_num(number);
  histogram.set_sum(sum);
  histogram.set_sum_squares(squares);
  // Empty buckets in a row count as one, and there is one at least.
  for (std::size_t i = 0; i < limits.size(); ++i) {
    if (counts[i] == 0 && i + 1 < limits.size() && counts[i + 1] == 0) continue;
    if (counts[i] == 0 && i + 1 == limits.size() && histogram.bucket_size() > 0) continue;
    histogram.add_bucket_limit(limits[i]);
    histogram.add_bucket(counts[i]);
  }
}

}  // namespace

TensorBoard::TensorBoard(const fs::path& folder, const TensorBoardOptions& options) {
  static std::atomic<int> count{0};
  std::error_code error;
  fs::create_directories(folder, error);
  require<IoError>(!error, "{} cannot be made ({})", folder.string(), error.message());
  char host[256] = "localhost";
  gethostname(host, sizeof host - 1);
  file_ = folder / fmt::format("events.out.tfevents.{:010}.{}.{}.{}", static_cast<std::int64_t>(now()), host,
                               getpid(), count++);
  out_ = std::make_unique<std::ofstream>(file_, std::ios::binary);
  require<IoError>(out_->is_open(), "{} cannot be written ({})", file_.string(), std::strerror(errno));
  tensorboard::Event version = event_at(0);
  version.set_file_version("brain.Event:2");
  write(version.SerializeAsString());
  if (!options.from_step) return;
  tensorboard::Event start = event_at(*options.from_step);
  start.mutable_session_log()->set_status(tensorboard::SessionLog::START);
  write(start.SerializeAsString());
}

TensorBoard::~TensorBoard() = default;

void TensorBoard::write(const std::string& event) {
  const auto put = [&](const auto& number) {
    out_->write(reinterpret_cast<const char*>(&number), sizeof number);
  };
  const std::uint64_t size = event.size();
  put(size);
  put(masked_checksum(&size, sizeof size));
  *out_ << event;
  put(masked_checksum(event.data(), event.size()));
  require<IoError>(out_->good(), "{} cannot be written ({})", file_.string(), std::strerror(errno));
}

void TensorBoard::flush() {
  out_->flush();
  require<IoError>(out_->good(), "{} cannot be written ({})", file_.string(), std::strerror(errno));
}

void TensorBoard::scalar(const std::string& tag, double value, std::int64_t step) {
  tensorboard::Event event = event_at(step);
  auto& entry = *event.mutable_summary()->add_value();
  entry.set_tag(tag);
  entry.set_simple_value(static_cast<float>(value));
  write(event.SerializeAsString());
}

void TensorBoard::histogram(const std::string& tag, const Tensor& values, std::int64_t step) {
  tensorboard::Event event = event_at(step);
  auto& entry = *event.mutable_summary()->add_value();
  entry.set_tag(tag);
  fill(*entry.mutable_histo(), values.detach().to(float64).to_vector<double>());
  write(event.SerializeAsString());
}

void TensorBoard::image(const std::string& tag, const Tensor& picture, std::int64_t step) {
  const Tensor pixels = data::to_pixels(picture);
  const std::string png = data::encode_png(pixels);
  tensorboard::Event event = event_at(step);
  auto& entry = *event.mutable_summary()->add_value();
  entry.set_tag(tag);
  auto& image = *entry.mutable_image();
  image.set_encoded_image_string(png);
  image.set_colorspace(static_cast<int>(pixels.size(0)));
  image.set_height(static_cast<int>(pixels.size(1)));
  image.set_width(static_cast<int>(pixels.size(2)));
  write(event.SerializeAsString());
}

void TensorBoard::graph(const Tensor& result) {
  tensorboard::Event event = event_at(0);
  event.set_graph_def(detail::tensorboard_graph(result));
  write(event.SerializeAsString());
}

}  // namespace gradus::training
