#include "predict.hpp"

#include <charconv>
#include <cmath>

#include <gradus/gradus.hpp>

using namespace gradus;

namespace {

constexpr std::int64_t side = 28;

/// The number behind the last colon, or -1 if there is none.
std::int64_t number_behind(const std::string& text, std::size_t colon) {
  std::int64_t n = -1;
  if (colon == std::string::npos) return n;
  const auto [end, error] = std::from_chars(text.data() + colon + 1, text.data() + text.size(), n);
  return error == std::errc() && end == text.data() + text.size() ? n : -1;
}

Tensor pick(const Tensor& images, std::int64_t i, const std::string& where) {
  require<IoError>(
      images.rank() == 3 && images.dtype() == uint8 && images.size(1) == side && images.size(2) == side,
      "{} holds {} {}; needs uint8 images of 28 x 28", where, images.dtype(), images.shape());
  require<IndexError>(i < images.size(0), "{} holds {} images; there is no number {}", where, images.size(0),
                      i);
  return select(images, 0, i).to(float32) / 255;
}

/// [h, w] brought to 28 x 28: each pixel of the result is the mean of the area it covers.
Tensor resized(const Tensor& picture) {
  const auto matrix = [](std::int64_t from) {
    std::vector<float> weights(static_cast<std::size_t>(side * from));
    const double step = static_cast<double>(from) / static_cast<double>(side);
    for (std::int64_t i = 0; i < side; ++i)
      for (std::int64_t j = 0; j < from; ++j) {
        const double low = std::max(static_cast<double>(i) * step, static_cast<double>(j));
        const double high = std::min(static_cast<double>(i + 1) * step, static_cast<double>(j + 1));
        weights[static_cast<std::size_t>(i * from + j)] =
            static_cast<float>(std::max(0.0, high - low) / step);
      }
    return from_vector(weights, {side, from});
  };
  return matmul(matmul(matrix(picture.size(0)), picture), transpose(matrix(picture.size(1)), 0, 1));
}

}  // namespace

Tensor load_picture(const std::string& what, const std::string& folder) {
  const std::size_t colon = what.rfind(':');
  if (const std::int64_t i = number_behind(what, colon); i >= 0) {
    const std::string source = what.substr(0, colon);
    if (source == "train" || source == "test") {
      const data::Mnist set =
          data::mnist(source == "train" ? data::Split::train : data::Split::test, {.folder = folder});
      return pick(set.pixels(), i, source);
    }
    return pick(data::read_idx(source), i, source);
  }
  Tensor picture = select(data::read_png(what, data::Channels::grey), 0, 0).to(float32) / 255;
  if (mean(picture).item<float>() > 0.5F) picture = 1 - picture;
  return resized(picture);
}
