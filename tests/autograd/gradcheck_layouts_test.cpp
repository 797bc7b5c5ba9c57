// The checker hands a function its inputs in other layouts: a fault in any one of them is found, and only
// there.
#include <gradus/autograd/gradcheck.hpp>
#include <gradus/autograd/ops.hpp>
#include <gradus/autograd/tape.hpp>

#include <functional>

#include "support/catch.hpp"
#include "support/strided.hpp"

namespace gradus::gradcheck_layouts_test {
using Catch::Matchers::Contains;

namespace {

/// 2 x, but off by a little in value or in gradient where the strides of x are `odd`.
struct OddAt {
  static constexpr std::string_view name = "odd_at";
  static constexpr Keep keep = keep_inputs(0);
  std::function<bool(const Strides&)> odd;
  bool in_gradient;

  double factor(const Tensor& x) const { return odd(x.strides()) ? 2.001 : 2; }
  Tensor forward(const Tensor& x) const { return x * (in_gradient ? 2 : factor(x)); }
  void backward(Backward& d) const {
    d.wrt(0, [&] { return d.grad() * factor(d.input(0)); });
  }
};

/// The square, whose derivative cannot be taken of nothing.
struct NotOfNothing {
  static constexpr std::string_view name = "not_of_nothing";
  static constexpr Keep keep = keep_inputs(0);
  Tensor forward(const Tensor& x) const { return x * x; }
  void backward(Backward& d) const {
    d.wrt(0, [&] { return d.grad() * 2 * d.input(0) + max(d.input(0).detach()) * 0; });
  }
};

template <class Op>
GradcheckReport check(const Op& op, const GradcheckOptions& options = {}) {
  return gradcheck([&](const Tensor& x) { return record(op, SourceLocation::current(), x); },
                   {test::variable({3, 4})}, options);
}

}  // namespace

TEST_CASE("a fault in one layout alone is found and named", "[gradcheck][layouts]") {
  struct Layout {
    const char* name;
    std::function<bool(const Strides&)> is;
  };
  const Layout layout = GENERATE(values<Layout>({
      {"reversed", [](const Strides& s) { return s[0] == 1 && s[1] == 3; }},
      {"spaced", [](const Strides& s) { return s[1] == 2; }},
      {"expanded", [](const Strides& s) { return s[0] == 0; }},
      {"overlapping", [](const Strides& s) { return s[0] == 1 && s[1] == 1; }},
  }));
  for (const bool in_gradient : {false, true}) {
    CAPTURE(layout.name, in_gradient);
    const GradcheckReport report = check(OddAt{layout.is, in_gradient});
    CHECK(report.failed == 0);
    REQUIRE(report.diagnoses.size() == 1);
    CHECK(report.diagnoses[0].bug == GradcheckBug::depends_on_layout);
    CHECK_THAT(report.diagnoses[0].text, Contains(std::string(layout.name) + " strides give other " +
                                                  (in_gradient ? "gradients" : "values")));
    CHECK(check(OddAt{layout.is, in_gradient}, {.layouts = false}));
  }
}

TEST_CASE("a derivative that fails on empty inputs is found", "[gradcheck][layouts]") {
  const GradcheckReport report = check(NotOfNothing{});
  CHECK(report.failed == 0);
  REQUIRE(report.diagnoses.size() == 1);
  CHECK_THAT(report.diagnoses[0].text, Contains("empty inputs are taken, but their derivative throws: "));
}

}  // namespace gradus::gradcheck_layouts_test
