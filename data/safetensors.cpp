#include <gradus/data/safetensors.hpp>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include <gradus/data/atomic_file.hpp>
#include <gradus/data/elements.hpp>

namespace gradus::data {

namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

constexpr std::uint64_t length_bytes = 8;
constexpr std::uint64_t header_limit = 100'000'000;  // as the reference implementation
constexpr const char* metadata_key = "__metadata__";

constexpr std::pair<Encoding, const char*> dtype_names[] = {
    {Encoding::float32, "F32"},   {Encoding::float64, "F64"},  {Encoding::int64, "I64"},
    {Encoding::uint8, "U8"},      {Encoding::boolean, "BOOL"}, {Encoding::float16, "F16"},
    {Encoding::bfloat16, "BF16"}, {Encoding::int8, "I8"},      {Encoding::int16, "I16"},
    {Encoding::uint16, "U16"},    {Encoding::int32, "I32"},    {Encoding::uint32, "U32"}};

const char* dtype_name(Encoding encoding) {
  return std::find_if(std::begin(dtype_names), std::end(dtype_names),
                      [&](const auto& p) { return p.first == encoding; })
      ->second;
}

std::string header_of(const Safetensors& content) {
  Json header = Json::object();
  if (!content.metadata.empty()) header[metadata_key] = content.metadata;
  std::uint64_t offset = 0;
  for (const auto& [name, x] : content.tensors) {
    require(name != metadata_key, "{} is no name for a tensor", name);
    require(!header.contains(name), "the name {} is given twice", name);
    const std::uint64_t end = offset + static_cast<std::uint64_t>(x.numel()) * size_of(x.dtype());
    header[name] = {{"dtype", dtype_name(encoding_of(x.dtype()))},
                    {"shape", std::vector<std::int64_t>(x.shape().begin(), x.shape().end())},
                    {"data_offsets", {offset, end}}};
    offset = end;
  }
  std::string text;
  try {
    text = header.dump();
  } catch (const Json::exception& error) {
    fail("a name or metadata is not UTF-8 ({})", error.what());
  }
  text.append((length_bytes - text.size() % length_bytes) % length_bytes, ' ');  // the data begins aligned
  return text;
}

struct Entry {
  std::string name;
  Encoding encoding;
  Extent extent;
  std::uint64_t begin, end;
};

std::vector<std::uint64_t> whole_numbers(const Source& source, const std::string& name, const char* what,
                                         const Json& list) {
  std::vector<std::uint64_t> numbers;
  for (const Json& number : list) {
    source.check(number.is_number_unsigned(), "gives tensor {} {} that is no whole number", name, what);
    numbers.push_back(number.get<std::uint64_t>());
  }
  return numbers;
}

Entry read_entry(const Source& source, const std::string& name, const Json& json) {
  source.check(json.is_object() && json.contains("dtype") && json["dtype"].is_string() &&
                   json.contains("shape") && json["shape"].is_array() && json.contains("data_offsets") &&
                   json["data_offsets"].is_array() && json["data_offsets"].size() == 2,
               "describes tensor {} without dtype, shape and two data_offsets", name);
  const auto dtype = json["dtype"].get<std::string>();
  const auto* known = std::find_if(std::begin(dtype_names), std::end(dtype_names),
                                   [&](const auto& pair) { return dtype == pair.second; });
  source.check(known != std::end(dtype_names),
               "holds tensor {} as {}; F64, F32, F16, BF16, I64, I32, I16, I8, U32, U16, U8 and BOOL can be "
               "read",
               name, dtype);
  const auto sizes = whole_numbers(source, name, "a size", json["shape"]);
  const auto offsets = whole_numbers(source, name, "an offset", json["data_offsets"]);
  Entry entry{name, known->first, extent_of(source, name, sizes, known->first), offsets[0], offsets[1]};
  source.check(entry.begin <= entry.end && entry.end - entry.begin == entry.extent.bytes,
               "gives tensor {} of shape {} the bytes {} to {}, but it takes {}", name, entry.extent.shape,
               entry.begin, entry.end, entry.extent.bytes);
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
    source.stop("has a header that is no JSON ({})", error.what());
  }
}

std::string header_text(const Source& source) {
  source.check(source.size() >= length_bytes, "is truncated: {} bytes do not even hold the header's length",
               source.size());
  const auto size = source.number<std::uint64_t>(0);
  source.check(size <= header_limit && size <= source.size() - length_bytes,
               "says its header has {} bytes; the file has {}", size, source.size());
  return source.text(length_bytes, size);
}

std::map<std::string, std::string> read_metadata(const Source& source, const Json& json) {
  source.check(json.is_object(), "has metadata that is no JSON object");
  std::map<std::string, std::string> metadata;
  for (const auto& [key, value] : json.items()) {
    source.check(value.is_string(), "has metadata {} that is no text", key);
    metadata[key] = value.get<std::string>();
  }
  return metadata;
}

/// Puts the entries in the order of their data, which they must fill without gaps.
void arrange(const Source& source, std::vector<Entry>& entries, std::uint64_t data_size) {
  std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  std::uint64_t place = 0;
  for (const Entry& entry : entries) {
    source.check(entry.begin == place, "has a gap or an overlap before tensor {}, at byte {} of its data",
                 entry.name, place);
    place = entry.end;
    source.check(place <= data_size, "is truncated: tensor {} ends at byte {} of the data, which has {}",
                 entry.name, place, data_size);
  }
  source.check(place == data_size, "holds {} bytes behind its last tensor", data_size - place);
}

}  // namespace

void write_safetensors(const fs::path& file, const Safetensors& content, SourceLocation at) {
  const OpScope scope("write_safetensors", at);
  const std::string header = header_of(content);
  AtomicFile out(file);
  const std::uint64_t size = header.size();
  out.write(&size, sizeof size);
  out.write(header);
  for (const auto& [name, x] : content.tensors) {
    const Dense dense(x);
    out.write(dense.bytes.data(), dense.bytes.size());
  }
  out.commit();
}

Safetensors read_safetensors(const fs::path& file, const SafetensorsOptions& options) {
  const Source source =
      options.map ? Source::map("read_safetensors", file) : Source::read("read_safetensors", file);
  const std::string text = header_text(source);
  const Json header = parse(source, text);
  source.check(header.is_object(), "has a header that is no JSON object");
  Safetensors content;
  std::vector<Entry> entries;
  for (const auto& [name, json] : header.items()) {
    if (name == metadata_key)
      content.metadata = read_metadata(source, json);
    else
      entries.push_back(read_entry(source, name, json));
  }
  const std::uint64_t begin = length_bytes + text.size();
  arrange(source, entries, source.size() - begin);
  for (const Entry& entry : entries)
    content.tensors.emplace_back(
        entry.name, decode(source, entry.name, entry.encoding, entry.extent, begin + entry.begin));
  return content;
}

}  // namespace gradus::data
