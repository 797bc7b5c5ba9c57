#include <gradus/data/pth.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>

#include <gradus/data/elements.hpp>
#include <gradus/data/pickle.hpp>
#include <gradus/data/pickle_writer.hpp>
#include <gradus/data/zip.hpp>

namespace gradus::data {

namespace {

using Kind = PickleValue::Kind;

constexpr std::pair<Encoding, std::string_view> storages[] = {
    {Encoding::float32, "FloatStorage"},     {Encoding::float64, "DoubleStorage"},
    {Encoding::int64, "LongStorage"},        {Encoding::uint8, "ByteStorage"},
    {Encoding::boolean, "BoolStorage"},      {Encoding::float16, "HalfStorage"},
    {Encoding::bfloat16, "BFloat16Storage"}, {Encoding::int8, "CharStorage"},
    {Encoding::int16, "ShortStorage"},       {Encoding::int32, "IntStorage"}};

constexpr std::string_view rebuild_tensor = "torch._utils._rebuild_tensor_v2";
constexpr std::string_view rebuild_parameter = "torch._utils._rebuild_parameter";
constexpr std::string_view globals[] = {
    "collections.OrderedDict", rebuild_tensor,          rebuild_parameter,   "torch.FloatStorage",
    "torch.DoubleStorage",     "torch.LongStorage",     "torch.ByteStorage", "torch.BoolStorage",
    "torch.HalfStorage",       "torch.BFloat16Storage", "torch.CharStorage", "torch.ShortStorage",
    "torch.IntStorage"};

/// Makes tensors of what the pickle says and the zip holds.
class Builder {
 public:
  Builder(const Source& source, const ZipReader& zip, std::string folder)
      : source_(source), zip_(zip), folder_(std::move(folder)) {}

  Tensor build(const std::string& name, const PickleValue& value) {
    const PickleValue* tensor = &value;
    if (value.is(Kind::call) && value.text == rebuild_parameter && !value.items.empty())
      tensor = value.items[0];
    source_.check(tensor->is(Kind::call) && tensor->text == rebuild_tensor && tensor->items.size() >= 4,
                  "holds {} under {}, which is no tensor: only flat dicts of tensors can be read",
                  tensor->describe(), name);
    const auto& items = tensor->items;
    const Tensor storage = storage_of(name, *items[0]);
    source_.check(items[1]->is(Kind::integer), "gives tensor {} {} as an offset", name, items[1]->describe());
    return placed(name, storage, items[1]->integer, dims(name, *items[2]), dims(name, *items[3]));
  }

 private:
  std::vector<std::uint64_t> dims(const std::string& name, const PickleValue& value) const {
    source_.check(value.is(Kind::tuple), "gives tensor {} {} as a shape", name, value.describe());
    std::vector<std::uint64_t> sizes;
    for (const PickleValue* item : value.items) {
      source_.check(item->is(Kind::integer) && item->integer >= 0, "gives tensor {} {} as a size or a stride",
                    name, item->describe());
      sizes.push_back(static_cast<std::uint64_t>(item->integer));
    }
    return sizes;
  }

  /// The elements that `('storage', torch.FloatStorage, '0', 'cpu', 6)` stands for, as a vector.
  Tensor storage_of(const std::string& name, const PickleValue& value) {
    const auto& items = value.items;
    source_.check(value.is(Kind::persistent) && items.size() == 5 && items[0]->is(Kind::text) &&
                      items[0]->text == "storage" && items[1]->is(Kind::global) && items[2]->is(Kind::text) &&
                      items[4]->is(Kind::integer) && items[4]->integer >= 0,
                  "describes the storage of tensor {} in a way that is not PyTorch's", name);
    const auto* known = std::find_if(std::begin(storages), std::end(storages), [&](const auto& storage) {
      return items[1]->text.ends_with(storage.second) && items[1]->text.size() == 6 + storage.second.size();
    });
    source_.check(known != std::end(storages), "keeps tensor {} in {}", name, items[1]->text);
    const auto [seen, is_new] = storages_.try_emplace({items[2]->text, known->first});
    if (is_new) seen->second = read_storage(name, items[2]->text, known->first, items[4]->integer);
    return seen->second;
  }

  Tensor read_storage(const std::string& name, const std::string& key, Encoding encoding,
                      std::int64_t count) {
    const std::string path = folder_ + "data/" + key;
    const auto entry = zip_.find(path);
    source_.check(entry.has_value(), "has no entry {}, which tensor {} is in", path, name);
    const Source bytes = zip_.entry(*entry);
    const Extent extent = extent_of(bytes, name, std::array{static_cast<std::uint64_t>(count)}, encoding);
    bytes.check(extent.bytes == bytes.size(), "holds {} bytes; the {} elements of tensor {} take {}",
                bytes.size(), count, name, extent.bytes);
    return decode(bytes, name, encoding, extent, 0);
  }

  Tensor placed(const std::string& name, const Tensor& storage, std::int64_t offset,
                const std::vector<std::uint64_t>& sizes, const std::vector<std::uint64_t>& strides) const {
    const Shape shape = extent_of(source_, name, sizes, encoding_of(storage.dtype())).shape;
    source_.check(strides.size() == sizes.size(), "gives tensor {} {} sizes and {} strides", name,
                  sizes.size(), strides.size());
    std::uint64_t last = static_cast<std::uint64_t>(offset);  // a negative one is beyond every storage
    Strides steps;
    for (std::size_t d = 0; d < sizes.size(); ++d) {
      std::uint64_t reach = 0;
      const bool fits = sizes[d] == 0 || (!__builtin_mul_overflow(sizes[d] - 1, strides[d], &reach) &&
                                          !__builtin_add_overflow(last, reach, &last));
      source_.check(fits, "gives tensor {} strides that reach beyond any memory", name);
      steps.push_back(static_cast<std::int64_t>(strides[d]));
    }
    if (shape.contains(0)) return storage.alias(shape, contiguous_strides(shape), 0);
    source_.check(last < static_cast<std::uint64_t>(storage.numel()),
                  "places tensor {} up to element {} of a storage of {}", name, last, storage.numel());
    return storage.alias(shape, steps, offset);
  }

  const Source& source_;
  const ZipReader& zip_;
  std::string folder_;
  std::map<std::pair<std::string, Encoding>, Tensor> storages_;
};

/// The folder of the zip that all entries are in: what stands before "data.pkl".
std::string folder_of(const Source& source, const ZipReader& zip) {
  constexpr std::string_view last = "/data.pkl";
  for (const std::string& name : zip.names())
    if (name.ends_with(last)) return name.substr(0, name.size() - last.size() + 1);
  source.stop("is a zip without data.pkl, so not from PyTorch");
}

void check_format(const Source& source) {
  constexpr std::string_view old = "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9";
  source.check(source.size() < old.size() || source.text(0, old.size()) != old,
               "has the format of PyTorch before 1.6; load and save it again with a later one");
}

}  // namespace

NamedTensors read_pth(const std::filesystem::path& file) {
  const Source source = Source::map("read_pth", file);
  check_format(source);
  const ZipReader zip(source);
  const std::string folder = folder_of(source, zip);
  if (const auto order = zip.find(folder + "byteorder")) {
    const Source text = zip.entry(*order);
    source.check(text.text(0, text.size()) == "little", "was written on a machine of another byte order");
  }
  const Source program = zip.entry(*zip.find(folder + "data.pkl"));
  const Pickle pickle(program, globals);
  source.check(pickle.root().is(Kind::dict), "holds {} instead of a dict of tensors",
               pickle.root().describe());
  Builder builder(source, zip, folder);
  NamedTensors tensors;
  std::set<std::string> names;
  const auto& items = pickle.root().items;
  for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
    source.check(items[i]->is(Kind::text), "has {} for a name", items[i]->describe());
    const std::string& name = items[i]->text;
    source.check(names.insert(name).second, "names {} twice", name);
    tensors.emplace_back(name, builder.build(name, *items[i + 1]));
  }
  return tensors;
}

namespace {

/// What makes tensors aliases: where and how they lie in memory.
using Alias = std::tuple<const void*, std::int64_t, std::vector<std::int64_t>, std::vector<std::int64_t>>;

Alias alias_of(const Tensor& x) {
  return {x.impl()->storage.get(),
          x.offset(),
          {x.shape().begin(), x.shape().end()},
          {x.strides().begin(), x.strides().end()}};
}

void write_dims(PickleWriter& out, const Dims& dims) {
  out.mark();
  for (const std::int64_t n : dims) out.integer(n);
  out.tuple();
}

/// A call that makes the tensor of storage `key`.
void write_tensor(PickleWriter& out, const Tensor& x, const std::string& key) {
  const auto* storage = std::find_if(std::begin(storages), std::end(storages), [&](const auto& known) {
    return known.first == encoding_of(x.dtype());
  });
  out.global("torch._utils", "_rebuild_tensor_v2");
  out.mark();
  out.mark();
  out.text("storage");
  out.global("torch", storage->second);
  out.text(key);
  out.text("cpu");
  out.integer(x.numel());
  out.tuple();
  out.persistent();
  out.integer(0);
  write_dims(out, x.shape());
  write_dims(out, contiguous_strides(x.shape()));
  out.boolean(false);
  out.global("collections", "OrderedDict");
  out.empty_tuple();
  out.call();
  out.tuple();
  out.call();
}

}  // namespace

void write_pth(const std::filesystem::path& file, const NamedTensors& tensors, SourceLocation at) {
  const OpScope scope("write_pth", at);
  PickleWriter program;
  program.global("collections", "OrderedDict");
  program.empty_tuple();
  program.call();
  program.mark();
  std::map<Alias, std::string> keys;
  std::vector<Tensor> contents;
  std::set<std::string> names;
  for (const auto& [name, x] : tensors) {
    require(names.insert(name).second, "the name {} is given twice", name);
    const auto [key, is_new] = keys.try_emplace(alias_of(x), std::to_string(contents.size()));
    if (is_new) contents.push_back(x);
    program.text(name);
    write_tensor(program, x, key->second);
  }
  program.set_items();

  const std::string text = std::move(program).finish(), version = "3\n", folder = "archive/";
  const auto bytes = [](const std::string& s) { return std::as_bytes(std::span(s)); };
  ZipWriter zip;
  zip.add(folder + "data.pkl", {bytes(text)});
  for (std::size_t i = 0; i < contents.size(); ++i)
    zip.add(folder + "data/" + std::to_string(i), {Dense(contents[i]).bytes});
  zip.add(folder + "version", {bytes(version)});
  zip.write(file);
}

}  // namespace gradus::data
