#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gradus/autograd/ops/loss.hpp>

#include "support/fixtures.hpp"
#include "support/values.hpp"

namespace gradus::test {

/// The parameters of a function under test, for short.
using In = const FixtureTensors&;
using Options = const FixtureOptions&;

/// What a function under test returns: a tensor, or several by the names in the fixture, of which the first
/// is differentiated.
struct Results {
  std::vector<std::pair<std::string, Tensor>> named;
  Results(Tensor y) : named{{"y", std::move(y)}} {}  // NOLINT: implicit on purpose
  Results(std::vector<std::pair<std::string, Tensor>> all) : named(std::move(all)) {}  // NOLINT
};

/// A function under test, of a fixture's inputs and options.
using Subject = std::function<Results(In in, Options options)>;

struct PytorchOptions {
  double tolerance = 1e-10;  ///< of `difference`
  bool second = true;        ///< whether the second derivative is checked
};

/// What `f` does otherwise than PyTorch and calculus say; "" if nothing. For each case of `subject` in
/// `file`, with its inputs row-major, with reversed dimensions and sliced with steps in memory: its results,
/// its gradients both as backward computes them and as it records them for a second derivative, and, unless
/// the variant's name begins with "special" (kinks, poles, not-finite numbers), first and second derivatives
/// by central differences.
std::string disagreement(std::string_view file, std::string_view subject, const Subject& f,
                         const PytorchOptions& options = {});

/// The option of that name, mean if there is none. Throws ValueError for another word.
Reduction reduction(const FixtureOptions& options);

}  // namespace gradus::test
