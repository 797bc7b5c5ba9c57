#include <gradus/data/idx.hpp>

#include <zlib.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <memory>
#include <new>

#include <gradus/autograd/ops/create.hpp>
#include <gradus/data/atomic_file.hpp>

namespace gradus::data {

namespace {

constexpr std::uint8_t code_uint8 = 0x08, code_int8 = 0x09, code_int16 = 0x0B, code_int32 = 0x0C,
                       code_float = 0x0D, code_double = 0x0E;

/// A file read forwards through zlib, which passes raw files on as they are.
class Reader {
 public:
  explicit Reader(const std::filesystem::path& file) : name_(file.string()) {
    if (std::error_code ignored; std::filesystem::is_directory(file, ignored)) stop("is a folder");
    file_.reset(gzopen(name_.c_str(), "rb"));
    if (!file_) stop("cannot be opened ({})", std::strerror(errno));
    gzbuffer(file_.get(), 1U << 17);
  }

  /// Up to `bytes` bytes; fewer only at the end of the file.
  std::size_t read(std::uint8_t* to, std::size_t bytes) {
    std::size_t done = 0;
    while (done < bytes) {
      const auto step = static_cast<unsigned>(std::min<std::size_t>(bytes - done, 1U << 20));
      const int got = gzread(file_.get(), to + done, step);
      if (got < 0) stop("is damaged at byte {} of its content ({})", place_ + done, error());
      done += static_cast<std::size_t>(got);
      if (static_cast<unsigned>(got) < step) break;
    }
    int code = Z_OK;
    gzerror(file_.get(), &code);
    if (code == Z_BUF_ERROR)
      stop("is truncated: its compressed data ends at byte {} of its content", place_ + done);
    if (code < 0) stop("is damaged at byte {} of its content ({})", place_ + done, error());
    place_ += done;
    return done;
  }

  std::size_t place() const { return place_; }

  template <class... T>
  [[noreturn]] void stop(fmt::format_string<T...> text, T&&... values) const {
    throw IoError("read_idx: " + name_ + " " + fmt::format(text, std::forward<T>(values)...));
  }

 private:
  std::string error() {
    int code = 0;
    return gzerror(file_.get(), &code);
  }

  struct Close {
    void operator()(gzFile file) const { gzclose(file); }
  };

  std::string name_;
  std::unique_ptr<std::remove_pointer_t<gzFile>, Close> file_;
  std::size_t place_ = 0;
};

std::uint64_t big_endian(const std::uint8_t* bytes, std::size_t count) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < count; ++i) value = value << 8 | bytes[i];
  return value;
}

std::size_t bytes_of(std::uint8_t code) {
  switch (code) {
    case code_uint8:
    case code_int8:
      return 1;
    case code_int16:
      return 2;
    case code_int32:
    case code_float:
      return 4;
    case code_double:
      return 8;
  }
  return 0;
}

struct Header {
  std::uint8_t code;
  Shape shape;
  std::size_t bytes;  ///< of all elements
};

Header read_header(Reader& reader) {
  std::array<std::uint8_t, 4> magic{};
  if (const std::size_t got = reader.read(magic.data(), 4); got < 4)
    reader.stop("is truncated: {} bytes, and the header alone takes at least 8", got);
  if (magic[0] != 0 || magic[1] != 0 || bytes_of(magic[2]) == 0)
    reader.stop(
        "is no IDX file: it starts with {:02x} {:02x} {:02x} {:02x}, not with 00 00 and a type from 08 to 0e",
        magic[0], magic[1], magic[2], magic[3]);
  const std::size_t rank = magic[3];
  if (rank == 0 || rank > Dims::max_rank)
    reader.stop("has {} dimensions at byte 3; needs 1 to {}", rank, Dims::max_rank);
  Header header{magic[2], {}, bytes_of(magic[2])};
  for (std::size_t d = 0; d < rank; ++d) {
    std::array<std::uint8_t, 4> size{};
    if (reader.read(size.data(), 4) < 4)
      reader.stop("is truncated in its header, at the size of dimension {}", d);
    header.shape.push_back(static_cast<std::int64_t>(big_endian(size.data(), 4)));
    // Sizes of 0 count as 1 here: strides must not overflow either.
    const auto factor = static_cast<std::size_t>(std::max<std::int64_t>(header.shape.back(), 1));
    if (__builtin_mul_overflow(header.bytes, factor, &header.bytes) || header.bytes > PTRDIFF_MAX)
      reader.stop("claims the shape {}, which is larger than any memory", header.shape);
  }
  if (header.shape.contains(0)) header.bytes = 0;
  return header;
}

/// The elements, read step by step so that a claim beyond the file costs nothing.
std::vector<std::uint8_t> read_body(Reader& reader, const Header& header) {
  std::vector<std::uint8_t> body;
  while (body.size() < header.bytes) {
    const std::size_t before = body.size();
    const std::size_t step =
        std::min<std::size_t>(header.bytes - before, std::max<std::size_t>(before, 1U << 20));
    body.resize(before + step);
    const std::size_t got = reader.read(body.data() + before, step);
    if (got < step)
      reader.stop("is truncated: its header promises the shape {}, {} bytes, but {} follow", header.shape,
                  header.bytes, before + got);
  }
  std::uint8_t extra = 0;
  if (reader.read(&extra, 1) != 0)
    reader.stop("is longer than its header says: the shape {} ends at byte {}", header.shape,
                reader.place() - 1);
  return body;
}

/// The bytes as a gzip file, which holds no name and no time.
std::string gzipped(const std::string& bytes) {
  constexpr int gzip = 16, memory_level = 8;
  z_stream stream{};
  if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, MAX_WBITS + gzip, memory_level,
                   Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::bad_alloc();
  const std::unique_ptr<z_stream, int (*)(z_stream*)> end(&stream, deflateEnd);
  std::string out;
  std::string piece(1U << 17, '\0');
  std::size_t done = 0;
  for (int state = Z_OK; state != Z_STREAM_END;) {
    if (stream.avail_in == 0) {
      const std::size_t count = std::min<std::size_t>(bytes.size() - done, 1U << 30);
      stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data() + done));  // only read
      stream.avail_in = static_cast<uInt>(count);
      done += count;
    }
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = static_cast<uInt>(piece.size());
    state = deflate(&stream, done == bytes.size() ? Z_FINISH : Z_NO_FLUSH);
    out.append(piece, 0, piece.size() - stream.avail_out);
  }
  return out;
}

template <class T, class Raw>
Tensor convert(const std::vector<std::uint8_t>& body, const Shape& shape) {
  Tensor x = empty(shape, gradus::dtype_of<T>);
  T* out = x.mutable_data<T>();
  using Bits = std::conditional_t<
      sizeof(Raw) == 1, std::uint8_t,
      std::conditional_t<sizeof(Raw) == 2, std::uint16_t,
                         std::conditional_t<sizeof(Raw) == 4, std::uint32_t, std::uint64_t>>>;
  for (std::size_t i = 0; i < body.size() / sizeof(Raw); ++i)
    out[i] = static_cast<T>(
        std::bit_cast<Raw>(static_cast<Bits>(big_endian(&body[i * sizeof(Raw)], sizeof(Raw)))));
  return x;
}

}  // namespace

Tensor read_idx(const std::filesystem::path& file) {
  Reader reader(file);
  const Header header = read_header(reader);
  const auto body = read_body(reader, header);
  switch (header.code) {
    case code_int8:
      return convert<std::int64_t, std::int8_t>(body, header.shape);
    case code_int16:
      return convert<std::int64_t, std::int16_t>(body, header.shape);
    case code_int32:
      return convert<std::int64_t, std::int32_t>(body, header.shape);
    case code_float:
      return convert<float, float>(body, header.shape);
    case code_double:
      return convert<double, double>(body, header.shape);
    default:
      return from_span(std::span<const std::uint8_t>(body), header.shape);
  }
}

void write_idx(const std::filesystem::path& file, const Tensor& x, const WriteIdxOptions& options) {
  require<DTypeError>(x.dtype() == uint8 || is_floating(x.dtype()),
                      "write_idx: given {}; needs uint8, float32 or float64", x.dtype());
  require<ShapeError>(x.rank() > 0, "write_idx: a 0-d tensor has no place in an IDX file");
  const std::uint8_t code = x.dtype() == uint8 ? code_uint8 : x.dtype() == float32 ? code_float : code_double;
  std::string bytes{0, 0, static_cast<char>(code), static_cast<char>(x.rank())};
  const auto append = [&](std::uint64_t value, std::size_t count) {
    for (std::size_t i = count; i-- > 0;) bytes.push_back(static_cast<char>(value >> (8 * i)));
  };
  for (const std::int64_t size : x.shape()) {
    require<ShapeError>(size <= UINT32_MAX, "write_idx: a size of {} does not fit the format", size);
    append(static_cast<std::uint64_t>(size), 4);
  }
  if (x.dtype() == uint8)
    for (const std::uint8_t v : x.to_vector<std::uint8_t>()) bytes.push_back(static_cast<char>(v));
  else if (x.dtype() == float32)
    for (const float v : x.to_vector<float>()) append(std::bit_cast<std::uint32_t>(v), 4);
  else
    for (const double v : x.to_vector<double>()) append(std::bit_cast<std::uint64_t>(v), 8);
  write_file(file, options.gzip ? gzipped(bytes) : bytes);
}

}  // namespace gradus::data
