#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <gradus/autograd/tensor.hpp>

namespace gradus::test {

/// The options of a fixture, by PyTorch's names; one that is None there is left out. Reading one as another
/// kind than it is throws ValueError.
class FixtureOptions {
 public:
  using Value = std::variant<bool, double, std::string, std::vector<double>>;
  using Map = std::map<std::string, Value, std::less<>>;

  FixtureOptions();
  explicit FixtureOptions(Map values);

  bool has(std::string_view key) const;
  /// Each returns `fallback` when the option is left out.
  bool flag(std::string_view key, bool fallback = false) const;
  double number(std::string_view key, double fallback) const;
  /// Throws ValueError, too, when the number is not whole.
  std::int64_t integer(std::string_view key, std::int64_t fallback) const;
  std::string text(std::string_view key, std::string fallback) const;
  /// A list; a single number counts as a list of one.
  std::vector<double> numbers(std::string_view key, std::vector<double> fallback = {}) const;
  Dims integers(std::string_view key, Dims fallback = {}) const;

 private:
  template <class T>
  T get(std::string_view key, T fallback, std::string_view kind) const;

  std::shared_ptr<const Map> values_;
};

/// Tensors by name.
class FixtureTensors {
 public:
  using Map = std::map<std::string, Tensor, std::less<>>;

  FixtureTensors();
  explicit FixtureTensors(Map values);

  /// Throws IndexError with the names there are when `key` is none of them.
  const Tensor& operator[](std::string_view key) const;
  bool has(std::string_view key) const;
  /// As operator[], but undefined when it is missing: an optional weight or bias.
  Tensor find(std::string_view key) const { return has(key) ? (*this)[key] : Tensor{}; }

  std::size_t size() const { return values_->size(); }
  auto begin() const { return values_->begin(); }
  auto end() const { return values_->end(); }

 private:
  std::shared_ptr<const Map> values_;
};

/// One case of tests/fixtures/*.json: what PyTorch computed. The tensors are fresh in every call of
/// `fixtures`, so a test may ask them for gradients or change them.
struct Fixture {
  std::string name;  ///< "subject/variant"
  FixtureOptions options;
  FixtureTensors inputs;
  FixtureTensors outputs;
  Tensor cotangent;      ///< undefined when nothing is differentiated
  FixtureTensors grads;  ///< of sum(first output * cotangent), by the names of the inputs
};

/// The cases of tests/fixtures/`file` whose name is `subject` or starts with `subject` and a slash; all of
/// them when `subject` is empty. Throws IoError for a file that is missing or malformed, ValueError when no
/// case fits: a loop over the result never passes by being empty.
std::vector<Fixture> fixtures(std::string_view file, std::string_view subject = {});

/// The one case of that name. Throws as `fixtures` does.
Fixture fixture(std::string_view file, std::string_view name);

/// The largest |actual - expected| / max(1, |expected|), converted to float64; infinity when the shapes
/// differ. NaN matches NaN and an infinity itself; anything else that is not finite makes it infinity.
double difference(const Tensor& actual, const Tensor& expected);

}  // namespace gradus::test
