#include "support/fixtures.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

namespace gradus::test {
namespace {

using Json = nlohmann::json;

/// Whether it is the text for a number that JSON cannot write.
bool is_not_finite(const Json& value) {
  return value.is_string() && (value == "nan" || value == "inf" || value == "-inf");
}

double number_from(const Json& value) {
  return is_not_finite(value) ? std::stod(value.get<std::string>()) : value.get<double>();
}

DType dtype_from(const std::string& text) {
  for (const DType dtype : {float32, float64, int64, uint8, boolean})
    if (name(dtype) == text) return dtype;
  fail<IoError>("the dtype {} is none of ours", text);
}

Tensor tensor_from(const Json& array) {
  const Dims shape(array.at("shape").get<std::vector<std::int64_t>>());
  const Json& data = array.at("data");
  Tensor tensor = empty(shape, dtype_from(array.at("dtype").get<std::string>()));
  require<IoError>(data.size() == static_cast<std::size_t>(tensor.numel()), "{} values for the shape {}",
                   data.size(), shape);
  dispatch(tensor.dtype(), [&]<class T>() {
    T* out = tensor.mutable_data<T>();
    for (const Json& value : data) {
      if constexpr (std::is_floating_point_v<T>)
        *out++ = static_cast<T>(number_from(value));
      else
        *out++ = value.get<T>();
    }
  });
  return tensor;
}

/// Empty when the case has no such part.
FixtureTensors tensors_from(const Json& object, const char* part) {
  FixtureTensors::Map tensors;
  if (object.contains(part))
    for (const auto& [key, array] : object.at(part).items()) tensors.emplace(key, tensor_from(array));
  return FixtureTensors(std::move(tensors));
}

FixtureOptions::Value option_from(const Json& value) {
  if (value.is_boolean()) return value.get<bool>();
  if (value.is_array()) return value.get<std::vector<double>>();
  if (value.is_string() && !is_not_finite(value)) return value.get<std::string>();
  return number_from(value);
}

Fixture fixture_from(const Json& object) {
  FixtureOptions::Map options;
  for (const auto& [key, value] : object.at("options").items()) options.emplace(key, option_from(value));
  return {.name = object.at("name").get<std::string>(),
          .options = FixtureOptions(std::move(options)),
          .inputs = tensors_from(object, "inputs"),
          .outputs = tensors_from(object, "outputs"),
          .cotangent = object.contains("cotangent") ? tensor_from(object.at("cotangent")) : Tensor{},
          .grads = tensors_from(object, "grads")};
}

bool concerns(const std::string& name, std::string_view subject) {
  if (subject.empty() || name == subject) return true;
  return name.starts_with(subject) && name[subject.size()] == '/';
}

std::int64_t whole(std::string_view key, double value) {
  require(value == std::floor(value), "the option {} is {}, not a whole number", key, value);
  return static_cast<std::int64_t>(value);
}

}  // namespace

FixtureOptions::FixtureOptions() : FixtureOptions(Map{}) {}
FixtureOptions::FixtureOptions(Map values) : values_(std::make_shared<const Map>(std::move(values))) {}

bool FixtureOptions::has(std::string_view key) const { return values_->contains(key); }

template <class T>
T FixtureOptions::get(std::string_view key, T fallback, std::string_view kind) const {
  const auto found = values_->find(key);
  if (found == values_->end()) return fallback;
  const T* value = std::get_if<T>(&found->second);
  require(value != nullptr, "the option {} is not a {}", key, kind);
  return *value;
}

bool FixtureOptions::flag(std::string_view key, bool fallback) const { return get(key, fallback, "flag"); }

double FixtureOptions::number(std::string_view key, double fallback) const {
  return get(key, fallback, "number");
}

std::int64_t FixtureOptions::integer(std::string_view key, std::int64_t fallback) const {
  return whole(key, number(key, static_cast<double>(fallback)));
}

std::string FixtureOptions::text(std::string_view key, std::string fallback) const {
  return get(key, std::move(fallback), "text");
}

std::vector<double> FixtureOptions::numbers(std::string_view key, std::vector<double> fallback) const {
  const auto found = values_->find(key);
  if (found != values_->end() && std::holds_alternative<double>(found->second)) return {number(key, 0)};
  return get(key, std::move(fallback), "list of numbers");
}

Dims FixtureOptions::integers(std::string_view key, Dims fallback) const {
  if (!has(key)) return fallback;
  Dims dims;
  for (const double value : numbers(key)) dims.push_back(whole(key, value));
  return dims;
}

FixtureTensors::FixtureTensors() : FixtureTensors(Map{}) {}
FixtureTensors::FixtureTensors(Map values) : values_(std::make_shared<const Map>(std::move(values))) {}

bool FixtureTensors::has(std::string_view key) const { return values_->contains(key); }

const Tensor& FixtureTensors::operator[](std::string_view key) const {
  const auto found = values_->find(key);
  if (found != values_->end()) return found->second;
  std::vector<std::string_view> names;
  for (const auto& entry : *values_) names.push_back(entry.first);
  fail<IndexError>("no tensor {} in this fixture; it has {}", key, fmt::join(names, ", "));
}

std::vector<Fixture> fixtures(std::string_view file, std::string_view subject) {
  const std::string path = fmt::format("{}/tests/fixtures/{}", GRADUS_SOURCE_DIR, file);
  std::ifstream stream(path);
  require<IoError>(stream.good(), "cannot read {}", path);
  std::vector<Fixture> found;
  try {
    for (const Json& object : Json::parse(stream))
      if (concerns(object.at("name").get<std::string>(), subject)) found.push_back(fixture_from(object));
  } catch (const Json::exception& error) {
    fail<IoError>("{}: {}", path, error.what());
  }
  require(!found.empty(), "no case {} in {}", subject, path);
  return found;
}

Fixture fixture(std::string_view file, std::string_view name) {
  for (Fixture& found : fixtures(file, name))
    if (found.name == name) return std::move(found);
  fail("{} is not the name of one case in {}", name, file);
}

double difference(const Tensor& actual, const Tensor& expected) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (actual.shape() != expected.shape()) return infinity;
  const std::vector<double> a = actual.detach().to(float64).to_vector<double>();
  const std::vector<double> b = expected.detach().to(float64).to_vector<double>();
  double worst = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i]))) continue;
    const double error = std::abs(a[i] - b[i]) / std::max(1.0, std::abs(b[i]));
    worst = std::isfinite(error) ? std::max(worst, error) : infinity;
  }
  return worst;
}

}  // namespace gradus::test
