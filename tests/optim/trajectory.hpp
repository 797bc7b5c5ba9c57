#pragma once

#include <gradus/autograd/kernels/parallel.hpp>
#include <gradus/autograd/members.hpp>
#include <gradus/autograd/ops.hpp>
#include <gradus/autograd/tape.hpp>
#include <gradus/optim/optim.hpp>
#include <string>

#include "support/catch.hpp"
#include "support/fixtures.hpp"

// Optimizers held to PyTorch's figures, and what the tests of all of them share.
namespace gradus::test {

/// How parameters and gradients lie in memory.
enum class Layout { dense, strided };

/// The same values in every other element of a larger block.
inline Tensor scattered(const Tensor& x) {
  Shape twice = x.shape();
  twice.push_back(2);
  Tensor view = select(zeros(twice, {.dtype = x.dtype()}), -1, 0);
  return view.copy_(x);
}

/// The same values, column by column.
inline Tensor column_major(const Tensor& x) {
  return x.rank() < 2 ? scattered(x) : transpose(transpose(x, 0, 1).clone(), 0, 1);
}

inline Tensor leaf(const Tensor& values, DType dtype, Layout layout = Layout::dense) {
  const Tensor fresh = values.detach().to(dtype).clone();
  return Tensor(layout == Layout::dense ? fresh : scattered(fresh)).requires_grad_();
}

inline Tensor leaf(const Tensor& values) { return leaf(values, values.dtype()); }

/// A leaf with a gradient.
inline Tensor leaf_with_gradient(const Tensor& values, const Tensor& gradient) {
  Tensor x = leaf(values);
  x.set_grad(gradient);
  return x;
}

/// The options of the case, whose names are those of the members; the learning rate is left to the groups.
template <class Options>
Options read_options(const FixtureOptions& given) {
  Options options;
  for_each_member(options, [&]<class M>(std::string_view name, M& member) {
    if (name == "lr") return;
    if constexpr (std::is_same_v<M, bool>) {
      member = given.flag(name, member);
    } else if constexpr (std::is_same_v<M, std::int64_t>) {
      member = given.integer(name, member);
    } else if constexpr (std::is_same_v<M, double>) {
      member = given.number(name, member);
    } else {
      const std::vector<double> values = given.numbers(name, {member.begin(), member.end()});
      std::copy(values.begin(), values.end(), member.begin());
    }
  });
  return options;
}

/// Takes the ten steps of a case and compares the parameters after each.
template <class O>
void follow(const Fixture& f, DType dtype = float64, Layout layout = Layout::dense,
            double tolerance = 1e-10) {
  CAPTURE(f.name, dtype, layout);
  const std::vector<double> rates = f.options.numbers("lr");
  const std::vector<double> absent = f.options.numbers("absent_b");
  auto options = read_options<typename O::Options>(f.options);
  options.lr = rates.at(0);
  Tensor a = leaf(f.inputs["a"], dtype, layout), b = leaf(f.inputs["b"], dtype, layout);

  std::vector<typename O::Group> groups{{{a}, options}};
  if (rates.size() == 2) {
    options.lr = rates[1];
    groups.push_back({{b}, options});
  } else {
    groups[0].parameters.push_back(b);
  }
  O optimizer(groups);
  const auto arrive = [&](Tensor& x, const Tensor& gradient) {
    x.set_grad(layout == Layout::dense ? gradient.to(dtype) : column_major(gradient.to(dtype)));
  };
  for (std::int64_t step = 0; step < 10; ++step) {
    CAPTURE(step);
    optimizer.zero_grad();
    arrive(a, select(f.inputs["grad_a"], 0, step));
    if (std::find(absent.begin(), absent.end(), static_cast<double>(step)) == absent.end())
      arrive(b, select(f.inputs["grad_b"], 0, step));
    optimizer.step();
    CHECK(difference(a.detach(), select(f.outputs["a"], 0, step)) < tolerance);
    CHECK(difference(b.detach(), select(f.outputs["b"], 0, step)) < tolerance);
  }
}

/// All cases of the subject: in double, and with other strides and in float as well.
template <class O>
void follow_all(std::string_view subject, std::string_view file = "optim.json") {
  for (const Fixture& f : fixtures(file, subject)) {
    follow<O>(f);
    follow<O>(f, float64, Layout::strided);
    follow<O>(f, float32, Layout::dense, 2e-5);
  }
}

/// What `body` throws, or "nothing".
template <class E, class F>
std::string text_of(F&& body) {
  try {
    body();
  } catch (const E& error) {
    const std::string text = error.what();
    return text.substr(0, text.rfind(" ("));  // without the line
  }
  return "nothing";
}

}  // namespace gradus::test
