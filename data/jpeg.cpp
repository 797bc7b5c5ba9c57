#include <gradus/data/jpeg.hpp>

#include <turbojpeg.h>

#include <fstream>
#include <memory>
#include <stdexcept>

#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/data/atomic_file.hpp>
#include <gradus/data/source.hpp>

namespace gradus::data {

namespace {

struct Destroy {
  void operator()(void* handle) const { tjDestroy(handle); }
};
using Handle = std::unique_ptr<void, Destroy>;

Handle checked(tjhandle handle) {
  if (handle == nullptr) throw std::runtime_error("libjpeg-turbo cannot begin");
  return Handle(handle);
}

}  // namespace

Tensor read_jpeg(const std::filesystem::path& file, Channels channels) {
  const Source source = Source::read("read_jpeg", file);
  const auto* const bytes = reinterpret_cast<const unsigned char*>(source.bytes().data());
  const Handle decoder = checked(tjInitDecompress());
  int width = 0, height = 0, sampling = 0, colours = 0;
  source.check(
      tjDecompressHeader3(decoder.get(), bytes, source.size(), &width, &height, &sampling, &colours) == 0,
      "cannot be read ({})", tjGetErrorStr2(decoder.get()));
  const std::uint64_t count = static_cast<std::uint64_t>(width) * static_cast<std::uint64_t>(height);
  source.check(count <= 1ULL << 28, "claims {} x {} pixels", width, height);
  constexpr std::uint64_t largest_ratio = 512;  // a bit for a block of 64 pixels
  source.check(count <= largest_ratio * source.size(),
               "claims {} x {} pixels, more than its {} bytes can hold", width, height, source.size());
  const Tensor pixels = empty({height, width, static_cast<std::int64_t>(channels)}, uint8);
  const int format = channels == Channels::grey ? TJPF_GRAY : TJPF_RGB;
  source.check(
      tjDecompress2(decoder.get(), bytes, source.size(), pixels.mutable_data<std::uint8_t>(), width, 0,
                    height, format, TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS | TJFLAG_ACCURATEDCT) == 0,
      "is damaged ({})", tjGetErrorStr2(decoder.get()));
  return permute(pixels, {2, 0, 1}).contiguous();
}

void write_jpeg(const std::filesystem::path& file, const Tensor& picture, const WriteJpegOptions& options) {
  require<DTypeError>(picture.dtype() == uint8, "write_jpeg: given {}; needs uint8", picture.dtype());
  require<ShapeError>(
      picture.rank() == 3 && (picture.size(0) == 1 || picture.size(0) == 3) && picture.numel() > 0,
      "write_jpeg: given {}; needs [1, h, w] or [3, h, w]", picture.shape());
  require(options.quality >= 1 && options.quality <= 100,
          "write_jpeg: a quality of {} was given; it must lie in [1, 100]", options.quality);
  const bool grey = picture.size(0) == 1;
  const Tensor pixels = permute(picture, {1, 2, 0}).contiguous();
  const Handle encoder = checked(tjInitCompress());
  unsigned char* out = nullptr;
  unsigned long size = 0;  // NOLINT: as the library has it
  const int status =
      tjCompress2(encoder.get(), pixels.data<std::uint8_t>(), static_cast<int>(picture.size(2)), 0,
                  static_cast<int>(picture.size(1)), grey ? TJPF_GRAY : TJPF_RGB, &out, &size,
                  grey ? TJSAMP_GRAY : TJSAMP_444, options.quality, TJFLAG_ACCURATEDCT);
  const std::unique_ptr<unsigned char, void (*)(unsigned char*)> owner(out, tjFree);
  require<IoError>(status == 0, "write_jpeg: {} cannot be written ({})", file.string(),
                   tjGetErrorStr2(encoder.get()));
  write_file(file, {reinterpret_cast<const char*>(out), size});
}

Tensor read_picture(const std::filesystem::path& file, Channels channels) {
  char first = 0;
  std::ifstream(file, std::ios::binary).get(first);
  return first == '\xFF' ? read_jpeg(file, channels) : read_png(file, channels);
}

}  // namespace gradus::data
