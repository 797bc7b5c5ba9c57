#include <gradus/autograd/anomaly.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include <gradus/autograd/tape.hpp>

namespace gradus {

namespace {

/// The values of a tensor in a few numbers.
struct Range {
  std::int64_t count = 0, nan = 0, infinite = 0;
  double low = std::numeric_limits<double>::infinity(), high = -low;
  std::int64_t first_bad = -1;  // in row-major order

  explicit Range(const Tensor& x) {
    dispatch(x.dtype(), [&]<class T>() {
      for (const T value : x.to_vector<T>()) add(static_cast<double>(value));
    });
  }
  void add(double value) {
    if (std::isfinite(value)) {
      low = std::min(low, value);
      high = std::max(high, value);
    } else {
      ++(std::isnan(value) ? nan : infinite);
      if (first_bad < 0) first_bad = count;
    }
    ++count;
  }
  bool finite() const { return nan + infinite == 0; }
  std::string text() const {
    std::string bad, good = "empty";
    if (nan != 0) bad += fmt::format("{} of {} nan", nan, count);
    if (infinite != 0) bad += fmt::format("{}{} of {} infinite", nan != 0 ? ", " : "", infinite, count);
    if (count != 0) good = low <= high ? fmt::format("from {:.4g} to {:.4g}", low, high) : "";
    return bad + (bad.empty() || good.empty() ? "" : ", the rest ") + good;
  }
};

Dims index_of(std::int64_t position, const Shape& shape) {
  Dims index = shape;
  for (std::size_t d = shape.size(); d-- > 0; position /= shape[d]) index[d] = position % shape[d];
  return index;
}

/// "fc1.weight [64, 100], from -0.1 to 0.1".
std::string describe(const std::string& name, const Tensor& x) {
  if (!x.defined()) return name + " undefined";
  return fmt::format("{} {}, {}", name, x.shape(), Range(x).text());
}

std::string called(const Tensor& x, std::size_t i) {
  return x.defined() && !x.name().empty() ? x.name() : fmt::format("input {}", i);
}

/// What an op's input was: the name of a leaf, or the op that made it.
std::string origin(const Edge& edge, std::size_t i) {
  if (edge.node == nullptr) return fmt::format("input {}", i);
  if (!edge.node->is_leaf())
    return fmt::format("input {}, made by {} ({}:{})", i, edge.node->op(), edge.node->at.file_name(),
                       edge.node->at.line);
  const auto& name = static_cast<const Leaf&>(*edge.node).name;
  return name != nullptr && !name->empty() ? *name : fmt::format("input {}", i);
}

}  // namespace

thread_local constinit const DetectAnomaly* DetectAnomaly::current_ = nullptr;

DetectAnomaly::DetectAnomaly(const DetectAnomalyOptions& options)
    : infinite_(options.infinite), outer_(current_) {
  current_ = this;
}

DetectAnomaly::~DetectAnomaly() { current_ = outer_; }

void DetectAnomaly::check_results(std::span<const Tensor* const> inputs, std::span<const Tensor> results) {
  for (const Tensor& y : results) {
    if (!y.defined() || !is_floating(y.dtype())) continue;
    const Range range(y);
    if (range.nan == 0 && (range.infinite == 0 || !current_->infinite_)) continue;
    std::string given;
    bool before = false;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      given += fmt::format("{}{}", i == 0 ? "" : "; ", describe(called(*inputs[i], i), *inputs[i]));
      before = before || (inputs[i]->defined() && !Range(*inputs[i]).finite());
    }
    fail<AnomalyError>("the result {} is not finite: {}, the first at {}. It was made of {}{}", y.shape(),
                       range.text(), index_of(range.first_bad, y.shape()), given,
                       before ? ". So an input was not finite already: it came in from outside" : "");
  }
}

void DetectAnomaly::check_gradient(const Node& node, std::size_t i, const Tensor& gradient) {
  const Range range(gradient);
  if (range.nan == 0 && (range.infinite == 0 || !current_->infinite_)) return;
  std::string given;
  for (std::size_t k = 0; k < node.outputs.size(); ++k)
    if (node.outputs[k].pending.defined())
      given += "; " + describe("the gradient that came in", node.outputs[k].pending);
  for (const Saved& saved : node.saved)
    given += fmt::format("; {}", describe(saved.is_output ? fmt::format("output {}", saved.index)
                                                          : called(saved.value, saved.index),
                                          saved.value));
  fail<AnomalyError>("the gradient {} for {} is not finite: {}, the first at {}{}", gradient.shape(),
                     origin(node.inputs[i], i), range.text(), index_of(range.first_bad, gradient.shape()),
                     given);
}

}  // namespace gradus
