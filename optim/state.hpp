#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <gradus/autograd/tensor.hpp>

namespace gradus::optim {

/// What an optimizer or a schedule remembers, by name, so that training can be saved and resumed exactly.
struct State {
  std::map<std::string, Tensor> tensors;  ///< "state.fc1.weight.exp_avg"
  std::map<std::string, double> numbers;  ///< "state.fc1.weight.steps", "groups.0.lr"
};

/// Takes a State apart and notes what is missing and what nobody asked for.
class StateReader {
 public:
  explicit StateReader(const State& state) : state_(state) {}

  bool has_number(const std::string& name) const { return state_.numbers.contains(name); }
  /// The number of that name; 0 when it is missing.
  double number(const std::string& name);
  std::int64_t integer(const std::string& name) { return static_cast<std::int64_t>(number(name)); }
  /// A copy of the tensor of that name in the layout of the parameter; undefined when there is none, which is
  /// no fault. Throws ShapeError or DTypeError unless it fits.
  Tensor find_tensor(const std::string& name, const Tensor& parameter) {
    return find_tensor(name, parameter, parameter.shape());
  }
  /// As above, for a tensor of a shape of its own.
  Tensor find_tensor(const std::string& name, const Tensor& parameter, const Shape& shape);
  /// Throws ValueError with the names that were missing and those that were not read.
  void finish() const;

 private:
  const State& state_;
  std::set<std::string> read_;
  std::vector<std::string> missing_;
};

}  // namespace gradus::optim
