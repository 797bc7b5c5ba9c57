#include <gradus/data/npy.hpp>

#include <algorithm>
#include <optional>
#include <set>

#include <gradus/autograd/ops/view.hpp>
#include <gradus/data/atomic_file.hpp>
#include <gradus/data/elements.hpp>
#include <gradus/data/zip.hpp>

namespace gradus::data {

namespace {

constexpr std::string_view magic{"\x93NUMPY", 6};
constexpr std::size_t alignment = 64;  // of the elements in the file, as NumPy has it
constexpr std::string_view extension = ".npy";

constexpr std::pair<Encoding, std::string_view> kinds[] = {
    {Encoding::float32, "f4"}, {Encoding::float64, "f8"}, {Encoding::int64, "i8"}, {Encoding::uint8, "u1"},
    {Encoding::boolean, "b1"}, {Encoding::float16, "f2"}, {Encoding::int8, "i1"},  {Encoding::int16, "i2"},
    {Encoding::uint16, "u2"},  {Encoding::int32, "i4"},   {Encoding::uint32, "u4"}};

struct Header {
  std::string descr;
  bool fortran_order = false;
  std::vector<std::uint64_t> shape;
};

/// Reads what NumPy writes: a Python dict of a string, a bool and a tuple of whole numbers.
class HeaderParser {
 public:
  HeaderParser(const Source& source, std::string text) : source_(source), text_(std::move(text)) {}

  Header parse() {
    Header header;
    std::set<std::string> seen;
    expect('{');
    while (!take('}')) {
      const std::string key = string();
      source_.check(seen.insert(key).second, "names {} twice in its header", key);
      expect(':');
      if (key == "descr")
        header.descr = string();
      else if (key == "fortran_order")
        header.fortran_order = boolean();
      else if (key == "shape")
        header.shape = tuple();
      else
        source_.stop("has a header with the unknown key {}", key);
      if (!take(',')) {
        expect('}');
        break;
      }
    }
    skip_blanks();
    if (place_ != text_.size()) stop();
    source_.check(seen.size() == 3, "has a header without descr, fortran_order and shape");
    return header;
  }

 private:
  [[noreturn]] void stop() const {
    source_.stop("has a header that is none of NumPy's, at byte {} of it", place_);
  }
  void skip_blanks() {
    while (place_ < text_.size() && (text_[place_] == ' ' || text_[place_] == '\n')) ++place_;
  }
  bool take(char c) {
    skip_blanks();
    if (place_ == text_.size() || text_[place_] != c) return false;
    ++place_;
    return true;
  }
  void expect(char c) {
    if (!take(c)) stop();
  }
  std::string string() {
    skip_blanks();
    const char quote = place_ < text_.size() ? text_[place_] : '\0';
    source_.check(quote != '[', "holds records of several fields, which no tensor can hold");
    if (quote != '\'' && quote != '"') stop();
    const std::size_t end = text_.find(quote, place_ + 1);
    if (end == std::string::npos) stop();
    std::string value = text_.substr(place_ + 1, end - place_ - 1);
    place_ = end + 1;
    return value;
  }
  bool boolean() {
    skip_blanks();
    for (const bool value : {true, false}) {
      const std::string_view word = value ? "True" : "False";
      if (text_.compare(place_, word.size(), word) != 0) continue;
      place_ += word.size();
      return value;
    }
    stop();
  }
  std::vector<std::uint64_t> tuple() {
    std::vector<std::uint64_t> numbers;
    expect('(');
    while (!take(')')) {
      numbers.push_back(number());
      if (take(',')) continue;
      expect(')');
      break;
    }
    return numbers;
  }
  std::uint64_t number() {
    skip_blanks();
    const std::size_t first = place_;
    std::uint64_t value = 0;
    for (; place_ < text_.size() && text_[place_] >= '0' && text_[place_] <= '9'; ++place_)
      source_.check(!__builtin_mul_overflow(value, 10U, &value) &&
                        !__builtin_add_overflow(value, static_cast<unsigned>(text_[place_] - '0'), &value),
                    "has a size in its header that no computer can count");
    if (place_ == first) stop();
    return value;
  }

  const Source& source_;
  std::string text_;
  std::size_t place_ = 0;
};

Encoding described_encoding(const Source& source, const std::string& descr) {
  source.check(!descr.ends_with('O'), "holds Python objects ({}), which are not read", descr);
  if (descr.size() == 3 && std::string_view("<>|=").find(descr[0]) != std::string_view::npos)
    for (const auto& [encoding, kind] : kinds)
      if (descr.substr(1) == kind) return encoding;
  source.stop("holds elements of type {}; f8, f4, f2, i8, i4, i2, i1, u4, u2, u1 and b1 can be read", descr);
}

/// Where the header begins and how long it is, by the version of the format.
std::pair<std::uint64_t, std::uint64_t> header_place(const Source& source) {
  source.check(source.size() >= magic.size() + 4 && source.text(0, magic.size()) == magic,
               "is no .npy file: it does not begin with its magic bytes");
  const auto version = source.number<std::uint8_t>(magic.size());
  source.check(version >= 1 && version <= 3, "has version {} of the format; 1 to 3 can be read", version);
  const std::uint64_t place = magic.size() + 2;
  if (version == 1) return {place + 2, source.number<std::uint16_t>(place)};
  source.check(source.size() >= place + 4, "is truncated within the length of its header");
  return {place + 4, source.number<std::uint32_t>(place)};
}

Tensor parse_npy(const Source& source, std::string_view tensor) {
  const auto [place, length] = header_place(source);
  source.check(length <= source.size() - place, "says its header has {} bytes; {} are left", length,
               source.size() - place);
  Header header = HeaderParser(source, source.text(place, length)).parse();
  const Encoding encoding = described_encoding(source, header.descr);
  if (header.fortran_order) std::reverse(header.shape.begin(), header.shape.end());
  const Extent extent = extent_of(source, tensor, header.shape, encoding);
  const std::uint64_t begin = place + length;
  source.check(source.size() - begin == extent.bytes,
               "holds {} bytes of elements, but the shape {} of type {} takes {}", source.size() - begin,
               extent.shape, header.descr, extent.bytes);
  const Tensor x = decode(source, tensor, encoding, extent, begin,
                          header.descr[0] == '>' ? ByteOrder::big : ByteOrder::little);
  if (!header.fortran_order) return x;
  Dims order;
  for (std::size_t d = x.rank(); d-- > 0;) order.push_back(static_cast<std::int64_t>(d));
  return permute(x, order).contiguous();
}

std::string header_of(const Tensor& x, bool fortran_order) {
  const auto* known = std::find_if(std::begin(kinds), std::end(kinds),
                                   [&](const auto& kind) { return kind.first == encoding_of(x.dtype()); });
  std::string sizes;
  for (const std::int64_t n : x.shape()) sizes += fmt::format("{}, ", n);
  if (x.rank() > 1) sizes.resize(sizes.size() - 2);
  if (x.rank() == 1) sizes.pop_back();
  std::string text = fmt::format("{{'descr': '{}{}', 'fortran_order': {}, 'shape': ({}), }}",
                                 size_of(x.dtype()) == 1 ? '|' : '<', known->second,
                                 fortran_order ? "True" : "False", sizes);
  const std::size_t before = magic.size() + 4;
  text.append(alignment - 1 - (before + text.size()) % alignment, ' ');
  text += '\n';
  const auto length = static_cast<std::uint16_t>(text.size());
  return std::string(magic) + '\1' + '\0' + static_cast<char>(length & 0xFF) +
         static_cast<char>(length >> 8) + text;
}

}  // namespace

void write_npy(const std::filesystem::path& file, const Tensor& x, const NpyOptions& options,
               SourceLocation at) {
  const OpScope scope("write_npy", at);
  Dims order;
  for (std::size_t d = x.rank(); d-- > 0;) order.push_back(static_cast<std::int64_t>(d));
  const Dense dense(options.fortran_order ? permute(x.detach(), order) : x);
  AtomicFile out(file);
  out.write(header_of(x, options.fortran_order));
  out.write(dense.bytes.data(), dense.bytes.size());
  out.commit();
}

Tensor read_npy(const std::filesystem::path& file) {
  return parse_npy(Source::read("read_npy", file), file.stem().string());
}

void write_npz(const std::filesystem::path& file, const NamedTensors& tensors, const NpzOptions& options,
               SourceLocation at) {
  const OpScope scope("write_npz", at);
  ZipWriter zip(options.compress ? ZipWriter::Compression::deflate : ZipWriter::Compression::none);
  std::set<std::string> names;
  for (const auto& [name, x] : tensors) {
    require(!name.empty(), "a tensor has no name");
    require(names.insert(name).second, "the name {} is given twice", name);
    const Dense dense(x);
    const std::string header = header_of(x, /*fortran_order=*/false);
    zip.add(name + std::string(extension), {std::as_bytes(std::span(header)), dense.bytes});
  }
  zip.write(file);
}

NamedTensors read_npz(const std::filesystem::path& file) {
  const Source source = Source::read("read_npz", file);
  const ZipReader zip(source);
  NamedTensors tensors;
  std::set<std::string> names;
  for (std::size_t i = 0; i < zip.names().size(); ++i) {
    std::string name = zip.names()[i];
    if (name.ends_with(extension)) name.resize(name.size() - extension.size());
    source.check(names.insert(name).second, "holds the array {} twice", name);
    tensors.emplace_back(name, parse_npy(zip.entry(i), name));
  }
  return tensors;
}

}  // namespace gradus::data
