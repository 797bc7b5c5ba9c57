#include <gradus/optim/optimizer.hpp>

#include <algorithm>
#include <set>

#include <gradus/autograd/tape.hpp>

namespace gradus::optim {

void Optimizer::zero_grad() {
  for (Tensor& parameter : parameters()) parameter.zero_grad();
}

double Optimizer::step(const Closure& closure, SourceLocation at) {
  const Tensor loss = [&] {
    const EnableGrad guard;
    return closure();
  }();
  step(at);
  return loss.item<double>();
}

namespace detail {

namespace {

/// Whether both handles see the same elements in the same order.
bool same_values(const Tensor& a, const Tensor& b) {
  return a.shares_storage(b) && a.offset() == b.offset() && a.shape() == b.shape() &&
         a.strides() == b.strides() && a.numel() > 0;
}

bool is_expanded(const Tensor& x) {
  for (std::size_t d = 0; d < x.rank(); ++d)
    if (x.strides()[d] == 0 && x.shape()[d] > 1) return true;
  return false;
}

void check_parameter(const Tensor& parameter, std::size_t index) {
  require(parameter.defined(), "parameter {} is undefined", index);
  require<GraphError>(parameter.is_leaf(),
                      "{} is the result of a recorded op, not a leaf; optimize what it was computed from, or "
                      "detach() it and call requires_grad_()",
                      describe(parameter, index));
  require(!is_expanded(parameter), "{} is expanded: its elements share memory; clone() it",
          describe(parameter, index));
}

}  // namespace

std::string describe(const Tensor& parameter, std::size_t index) {
  return parameter.name().empty() ? fmt::format("parameter {}", index)
                                  : fmt::format("parameter {} ({})", index, parameter.name());
}

void check_parameters(const std::vector<Tensor>& added, const std::vector<Tensor>& present) {
  require(!added.empty(), "the list of parameters is empty");
  require<GraphError>(
      std::any_of(added.begin(), added.end(), [](const Tensor& p) { return p.requires_grad(); }),
      "none of the {} parameters requires a gradient; call requires_grad_() or nn::unfreeze first",
      added.size());
  std::vector<Tensor> all = present;
  for (const Tensor& parameter : added) {
    const std::size_t index = all.size();
    check_parameter(parameter, index);
    for (std::size_t i = 0; i < index; ++i)
      require(parameter.impl() != all[i].impl() && !same_values(parameter, all[i]),
              "{} is the same tensor as {}; give each once", describe(parameter, index), describe(all[i], i));
    all.push_back(parameter);
  }
}

void check_companion(std::string_view what, const Tensor& companion, const Tensor& parameter,
                     std::size_t index, const Shape& needed) {
  require<ShapeError>(companion.shape() == needed, "{} is {} but its {} is {}", describe(parameter, index),
                      parameter.shape(), what, companion.shape());
  require<DTypeError>(companion.dtype() == parameter.dtype(), "{} is {} but its {} is {}",
                      describe(parameter, index), parameter.dtype(), what, companion.dtype());
}

std::vector<std::string> parameter_keys(const std::vector<Tensor>& parameters) {
  std::vector<std::string> keys;
  for (const Tensor& parameter : parameters) keys.push_back(parameter.name());
  const std::set<std::string> distinct(keys.begin(), keys.end());
  if (distinct.size() == keys.size() && !distinct.contains("")) return keys;
  for (std::size_t i = 0; i < keys.size(); ++i) keys[i] = std::to_string(i);
  return keys;
}

void separate_gradients(std::vector<Tensor>& gradients, const std::vector<Tensor>& parameters) {
  std::set<const Storage*> written;
  for (const Tensor& parameter : parameters) written.insert(parameter.impl()->storage.get());
  for (Tensor& gradient : gradients)
    if (gradient.defined() && written.contains(gradient.impl()->storage.get()))
      gradient = gradient.detach().clone();
}

void check_not_negative(std::string_view option, double value) {
  require(value >= 0, "{} is {}; it must not be negative", option, value);
}

void check_range(std::string_view option, double value, double low, double high) {
  require(low <= value && value < high, "{} is {}; it must lie in [{}, {})", option, value, low, high);
}

}  // namespace detail

}  // namespace gradus::optim
