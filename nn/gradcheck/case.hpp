#pragma once

#include <functional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gradus/nn/gradcheck.hpp>

/// For writers of cases for the `gradcheck` command: what to check, as a function of choices that it makes at
/// random and, when a check fails, makes smaller.
namespace gradus {

/// Options of `Draw::input`.
struct DrawOptions {
  double low = -2;
  double high = 2;
  /// Whether equal values and whole numbers may come up: ties of max, relu at 0.
  bool ties = true;
  bool requires_grad = true;
};

/// Makes a case's choices and remembers them. The first alternative is the simplest: a failing case is tried
/// again with smaller numbers, ever closer to it.
class Draw {
 public:
  /// A fresh sequence of choices.
  Draw(std::uint64_t seed, DType dtype) : random_(seed), fresh_(true), seed_(seed), dtype_(dtype) {}
  /// These choices again; the simplest ones when they run out.
  Draw(std::vector<std::uint64_t> choices, std::uint64_t seed, DType dtype)
      : choices_(std::move(choices)), fresh_(false), seed_(seed), dtype_(dtype) {}

  /// A whole number in [low, high]; the simplest is low.
  std::int64_t integer(std::int64_t low, std::int64_t high);
  bool flag() { return integer(0, 1) == 1; }
  template <class T>
  T one_of(const std::vector<T>& alternatives) {
    return alternatives[static_cast<std::size_t>(
        integer(0, static_cast<std::int64_t>(alternatives.size()) - 1))];
  }
  /// A size of 1 to `most`, now and then odd, rarely 0 if `or_empty`.
  std::int64_t size(std::int64_t most = 4, bool or_empty = false);
  /// A shape of so many dimensions, of not much more than 24 elements; rarely an empty one.
  Shape shape(std::int64_t min_rank = 0, std::int64_t max_rank = 3);

  /// A tensor called `name`, in any layout, with values in a range. The inputs of the function under check
  /// are all that was drawn, in that order.
  Tensor input(std::string name, const Shape& shape, const DrawOptions& options = {});
  /// int64 numbers in [0, below).
  Tensor indices(std::string name, const Shape& shape, std::int64_t below);
  /// An input made by the case itself, as when its values must fit each other.
  Tensor given(std::string name, Tensor x);

  DType dtype() const { return dtype_; }
  const std::vector<Tensor>& inputs() const { return inputs_; }
  const std::vector<std::uint64_t>& choices() const { return made_; }

 private:
  std::vector<std::uint64_t> choices_;
  std::vector<std::uint64_t> made_;
  std::mt19937_64 random_{0};
  bool fresh_;
  std::uint64_t seed_;
  DType dtype_;
  std::vector<Tensor> inputs_;
};

/// One check to be made.
struct GradcheckTrial {
  std::string code;  ///< C++ of the layer, or of the function's result in terms of the names of the inputs
  bool is_layer = false;
  std::vector<Tensor> inputs;
  std::function<GradcheckReport(bool second_order, const GradcheckOptions& options)> check;
};

namespace detail {
GradcheckTrial function_trial(const Draw& draw, std::string code, TensorFunction f);
}  // namespace detail

/// The check of a function of what was drawn, one by one or as a std::vector, or of a layer.
template <class F>
GradcheckTrial trial(const Draw& draw, std::string code, F f) {
  if constexpr (nn::Module<F>) {
    GradcheckTrial made{std::move(code), true, draw.inputs(), {}};
    made.check = [f = std::move(f), inputs = draw.inputs()](bool second, const GradcheckOptions& options) {
      return second ? gradgradcheck(f, inputs, options) : gradcheck(f, inputs, options);
    };
    return made;
  } else {
    return detail::function_trial(draw, std::move(code), detail::owned(std::move(f)));
  }
}

/// A name, and a factory of checks.
struct GradcheckCase {
  std::string name;
  std::function<GradcheckTrial(Draw&)> make;
  bool second_order = true;  ///< whether there are second derivatives to check
};

/// Makes cases known to `gradus::gradcheck_main`:
///
///     const GradcheckCases cases{{"scale", [](Draw& draw) {
///       draw.input("x", {draw.size(), 3});
///       return trial(draw, "Scale{3}", Scale{3});
///     }}};
class GradcheckCases {
 public:
  GradcheckCases(std::vector<GradcheckCase> cases);
  /// All cases of the program, by name.
  static std::vector<GradcheckCase> all();
};

/// Options of `run_case`.
struct RunCaseOptions {
  int trials = 10;
  std::uint64_t seed = 1;
  /// "float64", "float32", or empty for both in turn.
  std::string dtype = {};
  bool second_order = false;
  /// Asked before each trial; false ends the case.
  std::function<bool(int trial)> go_on = {};
  /// Told each trial that passes, as C++.
  std::function<void(const std::string& code)> passed = {};
};

/// What became of a case.
struct CaseResult {
  std::string name;
  int trials = 0;
  bool ok = true;
  std::string error = {};       ///< what was thrown, if something was
  GradcheckReport report = {};  ///< of the smallest failing trial
  std::string code = {};        ///< that trial as C++
};

/// Tries a case; the first failing trial is made as small as it will still fail.
CaseResult run_case(const GradcheckCase& one, const RunCaseOptions& options = {});

/// A trial as C++, to be pasted into a test. `seed` is what a layer's weights were made from.
std::string as_test(const std::string& name, const GradcheckTrial& trial, std::uint64_t seed,
                    bool second_order);

}  // namespace gradus
