#include <gradus/data/safetensors.hpp>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include <gradus/autograd/ops/create.hpp>

namespace gradus::data {

namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

constexpr std::uint64_t length_bytes = 8;
constexpr std::uint64_t header_limit = 100'000'000;  // as the reference implementation

constexpr const char* metadata_key = "__metadata__";
static_assert(std::endian::native == std::endian::little, "tensors are copied as they lie in memory");

constexpr std::pair<DType, const char*> dtype_names[] = {
    {float32, "F32"}, {float64, "F64"}, {int64, "I64"}, {uint8, "U8"}, {boolean, "BOOL"}};

const char* dtype_name(DType dtype) {
  return std::find_if(std::begin(dtype_names), std::end(dtype_names),
                      [&](const auto& p) { return p.first == dtype; })
      ->second;
}

std::string header_of(const Safetensors& content) {
  Json header = Json::object();
  if (!content.metadata.empty()) header[metadata_key] = content.metadata;
  std::uint64_t offset = 0;
  for (const auto& [name, x] : content.tensors) {
    require(name != metadata_key, "write_safetensors: {} is no name for a tensor", name);
    require(!header.contains(name), "write_safetensors: the name {} is given twice", name);
    const std::uint64_t end = offset + static_cast<std::uint64_t>(x.numel()) * size_of(x.dtype());
    header[name] = {{"dtype", dtype_name(x.dtype())},
                    {"shape", std::vector<std::int64_t>(x.shape().begin(), x.shape().end())},
                    {"data_offsets", {offset, end}}};
    offset = end;
  }
  std::string text;
  try {
    text = header.dump();
  } catch (const Json::exception& error) {
    fail("write_safetensors: a name or metadata is not UTF-8 ({})", error.what());
  }
  text.append((length_bytes - text.size() % length_bytes) % length_bytes, ' ');  // the data begins aligned
  return text;
}

void write_content(std::ostream& out, const std::string& header, const Safetensors& content) {
  for (std::uint64_t i = 0; i < length_bytes; ++i)
    out.put(static_cast<char>(header.size() >> (8 * i) & 0xFF));
  out << header;
  for (const auto& [name, x] : content.tensors) {
    const Tensor dense = x.detach().contiguous();
    dispatch(dense.dtype(), [&]<class T>() {
      out.write(reinterpret_cast<const char*>(dense.data<T>()),
                dense.numel() * static_cast<std::int64_t>(sizeof(T)));
    });
  }
}

/// A file being read, for texts.
struct Source {
  std::string name;
  template <class... T>
  void check(bool ok, fmt::format_string<T...> text, T&&... values) const {
    if (!ok) throw IoError("read_safetensors: " + name + " " + fmt::format(text, std::forward<T>(values)...));
  }
};

struct Entry {
  std::string name;
  DType dtype;
  Shape shape;
  std::uint64_t begin, end;
};

Entry read_entry(const Source& source, const std::string& name, const Json& json) {
  source.check(json.is_object() && json.contains("dtype") && json["dtype"].is_string() &&
                   json.contains("shape") && json["shape"].is_array() && json.contains("data_offsets") &&
                   json["data_offsets"].is_array() && json["data_offsets"].size() == 2,
               "describes tensor {} without dtype, shape and two data_offsets", name);
  Entry entry{name, float32, {}, 0, 0};
  const auto dtype = json["dtype"].get<std::string>();
  const auto* known = std::find_if(std::begin(dtype_names), std::end(dtype_names),
                                   [&](const auto& pair) { return dtype == pair.second; });
  source.check(known != std::end(dtype_names),
               "holds tensor {} as {}; F32, F64, I64, U8 and BOOL can be read", name, dtype);
  entry.dtype = known->first;
  source.check(json["shape"].size() <= Dims::max_rank,
               "holds tensor {} with {} dimensions; at most {} can be read", name, json["shape"].size(),
               Dims::max_rank);
  // Sizes of 0 count as 1 at first: strides must not overflow either.
  std::uint64_t bytes = size_of(entry.dtype);
  for (const Json& size : json["shape"]) {
    source.check(size.is_number_unsigned(), "gives tensor {} a size that is no whole number", name);
    const auto n = size.get<std::uint64_t>();
    source.check(!__builtin_mul_overflow(bytes, std::max<std::uint64_t>(n, 1), &bytes) && bytes <= INT64_MAX,
                 "gives tensor {} a shape larger than any memory", name);
    entry.shape.push_back(static_cast<std::int64_t>(n));
  }
  if (entry.shape.contains(0)) bytes = 0;
  for (const Json& offset : json["data_offsets"])
    source.check(offset.is_number_unsigned(), "gives tensor {} an offset that is no whole number", name);
  entry.begin = json["data_offsets"][0].get<std::uint64_t>();
  entry.end = json["data_offsets"][1].get<std::uint64_t>();
  source.check(entry.begin <= entry.end && entry.end - entry.begin == bytes,
               "gives tensor {} of shape {} the bytes {} to {}, but it takes {}", name, entry.shape,
               entry.begin, entry.end, bytes);
  return entry;
}

/// The header's JSON; a key that occurs twice is an error rather than a guess.
Json parse(const Source& source, const std::string& text) {
  std::vector<std::set<std::string>> keys;
  const auto watch = [&](int depth, Json::parse_event_t event, Json& value) {
    source.check(depth <= 8, "has a header nested too deeply");
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end) keys.pop_back();
    if (event == Json::parse_event_t::key) {
      const auto key = value.get<std::string>();
      source.check(keys.back().insert(key).second, "names {} twice in its header", key);
    }
    return true;
  };
  try {
    return Json::parse(text, watch);
  } catch (const Json::exception& error) {
    source.check(false, "has a header that is no JSON ({})", error.what());
    throw;
  }
}

}  // namespace

void write_safetensors(const fs::path& file, const Safetensors& content) {
  const std::string header = header_of(content);
  const fs::path partial = file.string() + ".partial";
  std::ofstream out(partial, std::ios::binary);
  require<IoError>(out.is_open(), "write_safetensors: {} cannot be opened for writing ({})", partial.string(),
                   std::strerror(errno));
  write_content(out, header, content);
  out.close();
  std::error_code error;
  if (out)
    fs::rename(partial, file, error);
  else
    error = {errno, std::generic_category()};
  if (!error) return;
  std::error_code ignored;
  fs::remove(partial, ignored);
  fail<IoError>("write_safetensors: {} cannot be written ({})", file.string(), error.message());
}

Safetensors read_safetensors(const fs::path& file) {
  const Source source{file.string()};
  std::ifstream in(file, std::ios::binary);
  source.check(in.is_open(), "cannot be opened ({})", std::strerror(errno));
  std::error_code error;
  const std::uint64_t size = fs::file_size(file, error);
  source.check(!error, "is no file ({})", error.message());
  source.check(size >= length_bytes, "is truncated: {} bytes do not even hold the header's length", size);
  std::uint64_t header_size = 0;
  for (std::uint64_t i = 0; i < length_bytes; ++i)
    header_size |= static_cast<std::uint64_t>(in.get()) << (8 * i);
  source.check(header_size <= header_limit && header_size <= size - length_bytes,
               "says its header has {} bytes; the file has {}", header_size, size);
  std::string text(header_size, '\0');
  in.read(text.data(), static_cast<std::streamsize>(header_size));
  const Json header = parse(source, text);
  source.check(header.is_object(), "has a header that is no JSON object");

  Safetensors content;
  std::vector<Entry> entries;
  for (const auto& [name, json] : header.items()) {
    if (name != metadata_key) {
      entries.push_back(read_entry(source, name, json));
      continue;
    }
    source.check(json.is_object(), "has metadata that is no JSON object");
    for (const auto& [key, value] : json.items()) {
      source.check(value.is_string(), "has metadata {} that is no text", key);
      content.metadata[key] = value.get<std::string>();
    }
  }
  std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  const std::uint64_t data_size = size - length_bytes - header_size;
  std::uint64_t place = 0;
  for (const Entry& entry : entries) {
    source.check(entry.begin == place, "has a gap or an overlap before tensor {}, at byte {} of its data",
                 entry.name, place);
    place = entry.end;
    source.check(place <= data_size, "is truncated: tensor {} ends at byte {} of the data, which has {}",
                 entry.name, place, data_size);
  }
  source.check(place == data_size, "holds {} bytes behind its last tensor", data_size - place);
  for (const Entry& entry : entries) {
    const Tensor x = empty(entry.shape, entry.dtype);
    dispatch(entry.dtype, [&]<class T>() {
      in.read(reinterpret_cast<char*>(x.mutable_data<T>()),
              static_cast<std::streamsize>(entry.end - entry.begin));
    });
    source.check(in.good(), "cannot be read completely: it ends within tensor {}", entry.name);
    if (entry.dtype == boolean)
      for (std::int64_t i = 0; i < x.numel(); ++i)
        source.check(reinterpret_cast<const unsigned char*>(x.data<bool>())[i] <= 1,
                     "holds a bool that is neither 0 nor 1 in tensor {}", entry.name);
    content.tensors.emplace_back(entry.name, x);
  }
  return content;
}

}  // namespace gradus::data
