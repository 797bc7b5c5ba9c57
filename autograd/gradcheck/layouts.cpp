#include <cmath>
#include <functional>
#include <limits>
#include <random>

#include <gradus/autograd/backward.hpp>
#include <gradus/autograd/gradcheck/conduct.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/autograd/tape.hpp>

namespace gradus::detail {

namespace {

/// A leaf of this shape and these strides, whose elements are those of `x` where they are not repeated, in
/// memory that is NaN elsewhere.
Tensor laid_out(const Tensor& x, const Strides& strides) {
  std::int64_t reach = 1;
  for (std::size_t d = 0; d < x.rank(); ++d) reach += (x.shape()[d] - 1) * strides[d];
  const Tensor memory = full(reach, std::numeric_limits<double>::quiet_NaN(), {.dtype = float64});
  Tensor y = memory.alias(x.shape(), strides, 0);
  const std::vector<double> values = x.to_vector<double>();
  double* const first = y.mutable_data<double>();
  for (std::size_t i = values.size(); i-- > 0;) {  // where several meet, the first stays
    const Dims index = unravel(static_cast<std::int64_t>(i), x.shape());
    double* place = first;
    for (std::size_t d = 0; d < index.size(); ++d) place += index[d] * strides[d];
    *place = values[i];
  }
  return y;
}

/// The first dimension was the fastest.
Strides reversed(const Shape& shape) {
  Strides strides = shape;
  std::int64_t step = 1;
  for (std::size_t d = 0; d < shape.size(); step *= shape[d], ++d) strides[d] = step;
  return strides;
}

/// Twice as far apart.
Strides with_gaps(const Shape& shape) {
  Strides strides = contiguous_strides(shape);
  for (std::int64_t& stride : strides) stride *= 2;
  return strides;
}

/// One slice along the first dimension that has several stands for all.
Strides expanded(const Shape& shape) {
  Strides strides = contiguous_strides(shape);
  for (std::size_t d = 0; d < shape.size(); ++d)
    if (shape[d] > 1) {
      strides[d] = 0;
      break;
    }
  return strides;
}

/// Windows that each begin one element after the one before.
Strides overlapping(const Shape& shape) {
  Strides strides = contiguous_strides(shape);
  if (shape.size() >= 2) strides[shape.size() - 2] = 1;
  return strides;
}

struct Outcome {
  Values values, gradients;
};

class Layouts {
 public:
  Layouts(const Subject& subject, std::uint64_t seed, GradcheckReport& report)
      : subject_(subject), seed_(seed), report_(report) {}

  void compare(std::string_view layout, Strides (*strides)(const Shape&)) const;
  void try_empty() const;

 private:
  Outcome run(const std::vector<Tensor>& arguments) const;
  void complain(GradcheckBug bug, std::string text) const {
    report_.diagnoses.push_back({bug, {}, std::move(text)});
  }
  static bool agree(const Values& a, const Values& b);

  const Subject& subject_;
  std::uint64_t seed_;
  GradcheckReport& report_;
};

Outcome Layouts::run(const std::vector<Tensor>& arguments) const {
  std::vector<Tensor> leaves, outputs, incoming;
  for (const Tensor& x : arguments)
    if (x.defined() && x.requires_grad()) leaves.push_back(x);
  Outcome outcome;
  std::mt19937_64 random(seed_);
  for (const Tensor& y : subject_.call(arguments)) {
    if (!y.defined() || y.dtype() != float64) continue;
    const std::vector<double> values = y.to_vector<double>();
    outcome.values.insert(outcome.values.end(), values.begin(), values.end());
    if (!y.requires_grad()) continue;
    std::vector<double> g(values.size());
    for (double& one : g) one = static_cast<double>(random() >> 11) * 0x1p-52 - 1;
    outputs.push_back(y);
    incoming.push_back(from_vector(g, y.shape()));
  }
  if (outputs.empty()) return outcome;
  for (const Tensor& g : grad(outputs, leaves, {.grad_outputs = incoming, .allow_unused = true})) {
    if (!g.defined()) continue;
    const std::vector<double> values = g.to_vector<double>();
    outcome.gradients.insert(outcome.gradients.end(), values.begin(), values.end());
  }
  return outcome;
}

bool Layouts::agree(const Values& a, const Values& b) {
  if (a.size() != b.size()) return false;
  double scale = 1e-4;  // a gradient that cancels to nothing is rounding
  for (const double x : a)
    if (std::isfinite(x)) scale = std::max(scale, std::abs(x));
  for (std::size_t i = 0; i < a.size(); ++i) {
    const bool same = a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i]));
    if (!same && !(std::abs(a[i] - b[i]) <= 1e-8 * scale)) return false;
  }
  return true;
}

void Layouts::compare(std::string_view layout, Strides (*strides)(const Shape&)) const {
  std::vector<Tensor> laid, dense;
  bool different = false;
  {
    const NoGrad guard;
    for (const Tensor& x : subject_.arguments()) {
      if (!x.defined() || !x.requires_grad() || x.numel() == 0) {
        laid.push_back(x);
        dense.push_back(x);
        continue;
      }
      Tensor y = laid_out(x, strides(x.shape()));
      different = different || !y.is_contiguous();
      dense.push_back(y.clone().contiguous().requires_grad_());
      laid.push_back(y.requires_grad_());
    }
  }
  if (!different) return;
  Outcome wanted;
  try {
    wanted = run(dense);
  } catch (const Error&) {
    return;  // these values are none that the function takes
  }
  try {
    const Outcome given = run(laid);
    const bool values = agree(wanted.values, given.values);
    if (!values || !agree(wanted.gradients, given.gradients))
      complain(GradcheckBug::depends_on_layout,
               fmt::format("inputs with the same values but {} strides give other {}", layout,
                           values ? "gradients" : "values"));
  } catch (const Error& error) {
    complain(GradcheckBug::depends_on_layout,
             fmt::format("with {} strides it throws: {}", layout, error.what()));
  }
}

void Layouts::try_empty() const {
  const std::vector<Tensor>& arguments = subject_.arguments();
  std::int64_t count = -1;  // the first dimension of the first variable, taken for a batch
  for (const Tensor& x : arguments)
    if (count < 0 && x.defined() && x.requires_grad() && x.rank() > 0) count = x.shape()[0];
  if (count <= 0) return;
  std::vector<Tensor> empty_ones;
  for (const Tensor& x : arguments) {
    if (!x.defined() || x.rank() == 0 || x.shape()[0] != count) {
      empty_ones.push_back(x);
      continue;
    }
    const NoGrad guard;
    Tensor none = slice(x, 0, 0, 0).clone();
    empty_ones.push_back(x.requires_grad() ? none.requires_grad_() : none);
  }
  bool accepted = false;
  try {
    const NoGrad guard;
    subject_.call(empty_ones);
    accepted = true;
    run(empty_ones);
  } catch (const Error& error) {
    if (accepted)
      complain(GradcheckBug::wrong_shape,
               fmt::format("empty inputs are taken, but their derivative throws: {}", error.what()));
  }
}

}  // namespace

void check_layouts(const Subject& subject, const GradcheckOptions& options, GradcheckReport& report) {
  const Layouts layouts(subject, options.seed, report);
  layouts.compare("reversed", reversed);
  layouts.compare("spaced", with_gaps);
  layouts.compare("expanded", expanded);
  layouts.compare("overlapping", overlapping);
  layouts.try_empty();
}

}  // namespace gradus::detail
