#include <gradus/data/png.hpp>

#include <png.h>

#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/view.hpp>

namespace gradus::data {

namespace {

/// libpng's simplified interface, which frees what it holds.
struct Picture : png_image {
  Picture() : png_image{} { version = PNG_IMAGE_VERSION; }
  ~Picture() { png_image_free(this); }
  Picture(const Picture&) = delete;
  Picture& operator=(const Picture&) = delete;
};

}  // namespace

Tensor read_png(const std::filesystem::path& file, Channels channels) {
  Picture picture;
  const auto count = static_cast<std::int64_t>(channels);
  require<IoError>(png_image_begin_read_from_file(&picture, file.string().c_str()) != 0,
                   "read_png: {} cannot be read ({})", file.string(), picture.message);
  require<IoError>(std::uint64_t{picture.width} * picture.height <= 1ULL << 28,
                   "read_png: {} claims {} x {} pixels", file.string(), picture.width, picture.height);
  picture.format = channels == Channels::grey ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
  const Tensor pixels = empty({picture.height, picture.width, count}, uint8);
  const png_color black{0, 0, 0};
  require<IoError>(
      png_image_finish_read(&picture, &black, pixels.mutable_data<std::uint8_t>(), 0, nullptr) != 0,
      "read_png: {} is damaged ({})", file.string(), picture.message);
  return permute(pixels, {2, 0, 1}).contiguous();
}

void write_png(const std::filesystem::path& file, const Tensor& picture) {
  require<DTypeError>(picture.dtype() == uint8, "write_png: given {}; needs uint8", picture.dtype());
  require<ShapeError>(
      picture.rank() == 3 && (picture.size(0) == 1 || picture.size(0) == 3) && picture.numel() > 0,
      "write_png: given {}; needs [1, h, w] or [3, h, w]", picture.shape());
  const Tensor pixels = permute(picture, {1, 2, 0}).contiguous();
  Picture out;
  out.width = static_cast<png_uint_32>(picture.size(2));
  out.height = static_cast<png_uint_32>(picture.size(1));
  out.format = picture.size(0) == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
  require<IoError>(
      png_image_write_to_file(&out, file.string().c_str(), 0, pixels.data<std::uint8_t>(), 0, nullptr) != 0,
      "write_png: {} cannot be written ({})", file.string(), out.message);
}

}  // namespace gradus::data
