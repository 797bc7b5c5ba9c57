#include <gradus/data/png.hpp>

#include <png.h>

#include <algorithm>
#include <cmath>

#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/data/atomic_file.hpp>
#include <gradus/data/source.hpp>

namespace gradus::data {

namespace {

/// libpng's simplified interface, which frees what it holds.
struct Picture : png_image {
  Picture() : png_image{} { version = PNG_IMAGE_VERSION; }
  ~Picture() { png_image_free(this); }
  Picture(const Picture&) = delete;
  Picture& operator=(const Picture&) = delete;
};

/// Bits of a pixel, by the header that every PNG begins with: the depth of a channel stands at byte 24, the
/// kind of colours at byte 25.
std::uint64_t bits_per_pixel(const Source& source) {
  const auto kind = source.number<std::uint8_t>(25);
  const unsigned channels =
      ((kind & PNG_COLOR_MASK_COLOR) != 0 && (kind & PNG_COLOR_MASK_PALETTE) == 0 ? 3U : 1U) +
      ((kind & PNG_COLOR_MASK_ALPHA) != 0 ? 1U : 0U);
  return std::uint64_t{source.number<std::uint8_t>(24)} * channels;
}

}  // namespace

Tensor read_png(const std::filesystem::path& file, Channels channels) {
  const Source source = Source::read("read_png", file);
  Picture picture;
  source.check(png_image_begin_read_from_memory(&picture, source.bytes().data(), source.size()) != 0,
               "cannot be read ({})", picture.message);
  const std::uint64_t count = std::uint64_t{picture.width} * picture.height;
  source.check(count <= 1ULL << 28, "claims {} x {} pixels", picture.width, picture.height);
  constexpr std::uint64_t largest_ratio = 1032;  // of deflate: 258 bytes for two bits
  source.check(count * bits_per_pixel(source) <= largest_ratio * 8 * source.size(),
               "claims {} x {} pixels, more than its {} bytes can hold", picture.width, picture.height,
               source.size());
  picture.format = channels == Channels::grey ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
  const Tensor pixels = empty({picture.height, picture.width, static_cast<std::int64_t>(channels)}, uint8);
  const png_color black{0, 0, 0};
  source.check(png_image_finish_read(&picture, &black, pixels.mutable_data<std::uint8_t>(), 0, nullptr) != 0,
               "is damaged ({})", picture.message);
  return permute(pixels, {2, 0, 1}).contiguous();
}

std::string encode_png(const Tensor& picture) {
  require<DTypeError>(picture.dtype() == uint8, "write_png: given {}; needs uint8", picture.dtype());
  require<ShapeError>(
      picture.rank() == 3 && (picture.size(0) == 1 || picture.size(0) == 3) && picture.numel() > 0,
      "write_png: given {}; needs [1, h, w] or [3, h, w]", picture.shape());
  const Tensor pixels = permute(picture, {1, 2, 0}).contiguous();
  const auto* from = pixels.data<std::uint8_t>();
  Picture out;
  out.width = static_cast<png_uint_32>(picture.size(2));
  out.height = static_cast<png_uint_32>(picture.size(1));
  out.format = picture.size(0) == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(out);
  std::string bytes(size, '\0');
  require<IoError>(png_image_write_to_memory(&out, bytes.data(), &size, 0, from, 0, nullptr) != 0,
                   "write_png: the picture cannot be encoded ({})", out.message);
  bytes.resize(size);
  return bytes;
}

Tensor to_pixels(const Tensor& picture) {
  if (picture.dtype() == uint8) return picture;
  require<DTypeError>(is_floating(picture.dtype()), "to_pixels: given {}; needs uint8 or a floating dtype",
                      picture.dtype());
  const Tensor values = picture.detach().to(float64).contiguous();
  const Tensor pixels = empty(values.shape(), uint8);
  const double* from = values.data<double>();
  auto* to = pixels.mutable_data<std::uint8_t>();
  for (std::int64_t i = 0; i < values.numel(); ++i)
    to[i] =
        from[i] > 0 ? static_cast<std::uint8_t>(std::lround(std::min(from[i], 1.0) * 255)) : std::uint8_t{0};
  return pixels;
}

void write_png(const std::filesystem::path& file, const Tensor& picture) {
  write_file(file, encode_png(picture));
}

}  // namespace gradus::data
