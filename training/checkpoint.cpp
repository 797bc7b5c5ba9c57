#include <gradus/training/checkpoint.hpp>

#include <charconv>
#include <set>
#include <string_view>

#include <gradus/autograd/ops/create.hpp>
#include <gradus/data/safetensors.hpp>
#include <gradus/training/checksum.hpp>

namespace gradus::training {

namespace {

constexpr const char* version_key = "gradus_checkpoint";
constexpr int version = 1;
// The parts of names; what follows is the name within that part.
constexpr std::string_view model_part = "model/", state_part = "state/", metric_part = "metric/",
                           history_name = "history", extra_part = "extra/", setting_part = "setting/";

std::string column_key(std::size_t column) { return fmt::format("{}/{}", history_name, column); }

/// A plain number as a tensor, so that no bit of it is lost.
Tensor as_tensor(double number) { return full({}, number, {.dtype = float64}); }

/// Calls `f(key, number)` for each whole number of a checkpoint, to read or to set.
template <class C, class F>
void for_each_integer(C& c, F&& f) {
  f("random.seed", c.random.seed);
  f("random.calls", c.random.calls);
  f("loader.seed", c.loader.seed);
  f("loader.epoch", c.loader.epoch);
  f("loader.batch", c.loader.batch);
  f("step", c.step);
}

/// ---- Writing

class Writer {
 public:
  explicit Writer(const Checkpoint& checkpoint) {
    auto& metadata = content_.metadata;
    metadata[version_key] = std::to_string(version);
    for_each_integer(checkpoint,
                     [&](const char* key, const auto& value) { metadata[key] = std::to_string(value); });
    for (const auto& [key, value] : checkpoint.settings) metadata[std::string(setting_part) + key] = value;
    add(model_part, checkpoint.model);
    for (const auto& [name, state] : checkpoint.states) add_state(name, state);
    for (const auto& [name, value] : checkpoint.metrics) add(metric_part, name, as_tensor(value));
    add_history(checkpoint.history);
    add(extra_part, checkpoint.extra);
    metadata[checksum_key] = std::to_string(checksum(content_));
  }
  const data::Safetensors& content() const { return content_; }

 private:
  void add(std::string_view part, std::string_view name, const Tensor& x) {
    content_.tensors.emplace_back(fmt::format("{}{}", part, name), x);
  }
  void add(std::string_view part, const nn::StateDict& tensors) {
    for (const auto& [name, x] : tensors) add(part, name, x);
  }
  void add_state(const std::string& name, const optim::State& state) {
    require(name.find('/') == std::string::npos, "write_checkpoint: the name {} of a state has a '/'", name);
    const std::string part = fmt::format("{}{}/", state_part, name);
    for (const auto& [key, x] : state.tensors) add(part + "tensor/", key, x);
    for (const auto& [key, value] : state.numbers) add(part + "number/", key, as_tensor(value));
    add(part, "end", empty({0}, float64));  // a state may hold nothing, and is one all the same
  }
  /// The numbers as one matrix; the columns' names, in order, are metadata.
  void add_history(const History& history) {
    const std::size_t columns = history.columns().size(), rows = columns == 0 ? 0 : history.size();
    const Tensor numbers =
        empty({static_cast<std::int64_t>(rows), static_cast<std::int64_t>(columns)}, float64);
    double* to = numbers.mutable_data<double>();
    for (std::size_t r = 0; r < rows; ++r)
      for (std::size_t c = 0; c < columns; ++c) *to++ = history.at(r, c);
    add(history_name, "", numbers);
    for (std::size_t c = 0; c < history.columns().size(); ++c)
      content_.metadata[column_key(c)] = history.columns()[c];
  }

  data::Safetensors content_;
};

/// ---- Reading

class Reader {
 public:
  explicit Reader(const std::filesystem::path& file)
      : file_(file.string()), content_(data::read_safetensors(file)) {}

  Checkpoint read() {
    check_version();
    check(integer<std::uint32_t>(checksum_key) == checksum(content_),
          "is damaged: its checksum does not fit");
    for_each_integer(out_, [&]<class T>(const char* key, T& value) { value = integer<T>(key); });
    for (const auto& [key, value] : content_.metadata)
      if (key.starts_with(setting_part)) out_.settings[key.substr(setting_part.size())] = value;
    for (const auto& [name, x] : content_.tensors) sort_in(name, x);
    return std::move(out_);
  }

 private:
  template <class... T>
  void check(bool ok, fmt::format_string<T...> text, T&&... values) const {
    if (!ok) throw IoError("read_checkpoint: " + file_ + " " + fmt::format(text, std::forward<T>(values)...));
  }

  template <class T>
  T integer(const char* key) const {
    const auto place = content_.metadata.find(key);
    check(place != content_.metadata.end(), "does not say its {}", key);
    const std::string& text = place->second;
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    check(error == std::errc() && end == text.data() + text.size(),
          "says its {} is \"{}\", which is no whole number", key, text);
    return value;
  }

  void check_version() const {
    check(content_.metadata.contains(version_key), "is no checkpoint: its metadata has no {}", version_key);
    const int found = integer<int>(version_key);
    check(found == version, "is a checkpoint of version {}; this library reads version {}", found, version);
  }

  double number(const std::string& name, const Tensor& x) const {
    check(x.dtype() == float64 && x.rank() == 0, "holds {} {} as {}, which should be a number", x.dtype(),
          x.shape(), name);
    return x.item<double>();
  }

  void sort_in(const std::string& name, const Tensor& x) {
    const auto within = [&](std::string_view part) { return name.starts_with(part); };
    const auto rest = [&](std::string_view part) { return name.substr(part.size()); };
    if (within(model_part))
      out_.model.emplace_back(rest(model_part), x);
    else if (within(extra_part))
      out_.extra.emplace_back(rest(extra_part), x);
    else if (within(metric_part))
      out_.metrics[rest(metric_part)] = number(name, x);
    else if (name == history_name)
      read_history(x);
    else if (within(state_part))
      sort_into_state(name, rest(state_part), x);
    else
      check(false, "holds a tensor {} that is no part of a checkpoint", name);
  }

  void sort_into_state(const std::string& full, const std::string& name, const Tensor& x) {
    const std::size_t slash = name.find('/');
    check(slash != std::string::npos, "holds a tensor {} that is no part of a checkpoint", full);
    optim::State& state = out_.states[name.substr(0, slash)];
    const std::string rest = name.substr(slash + 1);
    constexpr std::string_view tensor = "tensor/", number_ = "number/";
    if (rest.starts_with(tensor))
      state.tensors[rest.substr(tensor.size())] = x;
    else if (rest.starts_with(number_))
      state.numbers[rest.substr(number_.size())] = number(full, x);
    else
      check(rest == "end", "holds a tensor {} that is no part of a checkpoint", full);
  }

  void read_history(const Tensor& x) {
    check(x.dtype() == float64 && x.rank() == 2,
          "holds {} {} as its history, which should be a matrix of float64", x.dtype(), x.shape());
    if (x.size(0) == 0) return;
    check(x.size(1) > 0, "holds a history of {} rows without a column", x.size(0));
    History::Row row;
    std::set<std::string_view> names;
    for (std::size_t c = 0; c < static_cast<std::size_t>(x.size(1)); ++c) {
      const auto name = content_.metadata.find(column_key(c));
      check(name != content_.metadata.end(), "does not name column {} of its history", c);
      check(names.insert(name->second).second, "has two columns {} in its history", name->second);
      row.emplace_back(name->second, 0);
    }
    const double* value = x.data<double>();
    for (std::int64_t r = 0; r < x.size(0); ++r) {
      for (auto& [name, number] : row) number = *value++;
      out_.history.add(row);
    }
  }

  std::string file_;
  data::Safetensors content_;
  Checkpoint out_;
};

}  // namespace

void write_checkpoint(const std::filesystem::path& file, const Checkpoint& checkpoint) {
  data::write_safetensors(file, Writer(checkpoint).content());
}

Checkpoint read_checkpoint(const std::filesystem::path& file) { return Reader(file).read(); }

}  // namespace gradus::training
