#pragma once

#include <string>
#include <utility>
#include <vector>

#include <gradus/autograd/gradcheck.hpp>

namespace gradus::detail {

using Values = std::vector<double>;

/// A tensor's place among the elements of all variables, or of all outputs, written one behind the other.
struct Block {
  std::string name;
  Shape shape;
  std::int64_t begin = 0;
  std::int64_t size = 0;
  std::int64_t end() const { return begin + size; }
};

/// Thrown by the parts of a check when nothing more can be said than this.
struct Refusal {
  GradcheckDiagnosis diagnosis;
};

/// A step from the point of the variables: elements, and how far each moves for t = 1.
using Direction = std::vector<std::pair<std::int64_t, double>>;

/// The function under check, from n real variables to m real values, in double. Errors of the function itself
/// pass through; what its derivatives throw becomes a Refusal.
class Subject {
 public:
  Subject(const TensorFunction& f, const std::vector<Tensor>& inputs, const GradcheckOptions& options,
          const SourceLocation& at, const GradcheckNames& names);

  const std::vector<Block>& variables() const { return variables_; }
  const std::vector<Block>& outputs() const { return outputs_; }
  std::int64_t variable_count() const { return variables_.empty() ? 0 : variables_.back().end(); }
  std::int64_t output_count() const { return outputs_.back().end(); }
  std::int64_t calls() const { return calls_; }

  /// The arguments of the function; those that are variables are leaves, in the layout of the inputs.
  const std::vector<Tensor>& arguments() const { return arguments_; }
  const std::vector<Tensor>& leaves() const { return leaves_; }
  /// Whether the inputs were float32, and were converted.
  bool converted() const { return converted_; }

  /// The floating results for these arguments, recorded.
  std::vector<Tensor> call(const std::vector<Tensor>& arguments) const;
  std::vector<Tensor> record() const;
  /// All values at the present point, or at t times `direction` from it.
  Values values() const;
  Values values(const Direction& direction, double t) const;
  /// The gradient of <incoming, values>: n numbers. The recorded graph is kept. Outputs whose part of
  /// `incoming` is zero get zeros, or nothing if `leave_out_zeros`.
  Values pull(const std::vector<Tensor>& recorded, const Values& incoming,
              bool leave_out_zeros = false) const;

  double x(std::int64_t variable) const { return *places_[static_cast<std::size_t>(variable)]; }
  /// A power of two near max(1, |x|): what steps are proportional to.
  double scale(std::int64_t variable) const;

 private:
  void add_variable(std::string name, Tensor leaf);
  void find_outputs(const GradcheckNames& names);

  const TensorFunction& f_;
  SourceLocation at_;
  std::string_view check_;
  std::vector<Tensor> arguments_;
  std::vector<Shape> shapes_;  // to which the arguments are expanded; empty where they are as they are
  std::vector<Tensor> leaves_;
  std::vector<double*> places_;
  std::vector<Block> variables_;
  std::vector<Block> outputs_;
  std::vector<std::size_t> results_;  // which results of the function the outputs are
  bool converted_ = false;
  mutable std::int64_t calls_ = 0;
};

/// Calls `derivative`, and makes a Refusal of what it throws about shapes, dtypes and values changed in
/// place.
template <class F>
auto refusing(F&& derivative) {
  try {
    return derivative();
  } catch (const ShapeError& error) {
    throw Refusal{{GradcheckBug::wrong_shape, {}, error.what()}};
  } catch (const DTypeError& error) {
    throw Refusal{{GradcheckBug::wrong_dtype, {}, error.what()}};
  } catch (const GraphError& error) {
    if (std::string_view(error.what()).find("in place") == std::string_view::npos) throw;
    throw Refusal{{GradcheckBug::stale_value, {}, error.what()}};
  }
}

/// What reports call each input and, behind those, each parameter: as options say, the tensor's own name, or
/// "input0". Throws ValueError for a wrong number of names.
std::vector<std::string> gradcheck_names(const std::vector<Tensor>& inputs, const GradcheckOptions& options);

/// The floating inputs in float64, if one that asks for a gradient is float32; else as they are.
std::vector<Tensor> in_double(const std::vector<Tensor>& inputs);

/// Position `i` of a tensor of this shape as an index.
Dims unravel(std::int64_t i, const Shape& shape);

/// A leaf with the values, strides and offset of `x`, in memory of its own with NaN between its elements.
/// Dimensions of stride 0 get size 1, so that each element stands alone.
Tensor leaf_like(const Tensor& x);

}  // namespace gradus::detail
