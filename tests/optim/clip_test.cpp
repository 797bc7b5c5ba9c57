#include <gradus/optim/clip.hpp>
#include <limits>

#include "optim/trajectory.hpp"

namespace gradus::clip_test {
using namespace test;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

std::vector<Tensor> with_gradients(const Fixture& f, DType dtype, Layout layout) {
  std::vector<Tensor> parameters;
  for (const char* key : {"grad_a", "grad_b"}) {
    const Tensor gradient = f.inputs[key].to(dtype);
    parameters.push_back(leaf(zeros_like(gradient), dtype));
    parameters.back().set_grad(layout == Layout::dense ? gradient : column_major(gradient));
  }
  return parameters;
}

}  // namespace

TEST_CASE("clip_grad_norm agrees with PyTorch", "[optim][clip]") {
  for (const Fixture& f : fixtures("optim.json", "clip_grad_norm")) {
    for (const auto& [dtype, layout, tolerance] :
         {std::tuple(float64, Layout::dense, 1e-10), std::tuple(float64, Layout::strided, 1e-10),
          std::tuple(float32, Layout::dense, 1e-6)}) {
      CAPTURE(f.name, dtype, layout);
      const auto parameters = with_gradients(f, dtype, layout);
      const double norm = optim::clip_grad_norm(parameters, f.options.number("max_norm", -1),
                                                {.norm_type = f.options.number("norm_type", -1)});
      CHECK(std::abs(norm - f.outputs["norm"].item<double>()) < tolerance);
      CHECK(difference(parameters[0].grad(), f.outputs["grad_a"]) < tolerance);
      CHECK(difference(parameters[1].grad(), f.outputs["grad_b"]) < tolerance);
    }
  }
}

TEST_CASE("clip_grad_value agrees with PyTorch", "[optim][clip]") {
  const Fixture f = fixture("optim.json", "clip_grad_value/plain");
  const auto parameters = with_gradients(f, float64, Layout::strided);
  optim::clip_grad_value(parameters, f.options.number("clip_value", -1));
  CHECK(difference(parameters[0].grad(), f.outputs["grad_a"]) == 0);
  CHECK(difference(parameters[1].grad(), f.outputs["grad_b"]) == 0);
}

TEST_CASE("Clipping scales all gradients by one factor and skips parameters without one", "[optim][clip]") {
  Tensor a = leaf_with_gradient(zeros({1}), tensor({3})), b = leaf_with_gradient(zeros({1}), tensor({-4}));
  Tensor none = leaf(zeros({2}));
  CHECK(optim::clip_grad_norm({a, none, b}, 1) == 5);
  CHECK(difference(a.grad(), tensor({0.6})) < 1e-6);
  CHECK(difference(b.grad(), tensor({-0.8})) < 1e-6);
  CHECK_FALSE(none.grad().defined());
  CHECK(optim::clip_grad_norm({none}, 1) == 0);
  CHECK(optim::clip_grad_norm({}, 1) == 0);
}

TEST_CASE("Clipping leaves alone what shares memory with a gradient", "[optim][clip]") {
  // The four elements of an expanded gradient are one number in memory; in place it would shrink four times.
  Tensor x = leaf_with_gradient(zeros({4}), expand(tensor(1), {4}));
  const Tensor before = x.grad();
  CHECK(optim::clip_grad_norm({x}, 1) == 2);
  CHECK(difference(x.grad(), tensor({0.5, 0.5, 0.5, 0.5})) < 1e-6);
  CHECK(difference(before, ones({4})) == 0);
  CHECK_FALSE(x.grad().requires_grad());
}

TEST_CASE("A gradient within the limit keeps its bits and its tensor", "[optim][clip]") {
  Tensor x = leaf_with_gradient(zeros({2}), tensor({0.1, 0.2}));
  const Tensor before = x.grad();
  optim::clip_grad_norm({x}, 10);
  CHECK(x.grad().impl() == before.impl());
}

TEST_CASE("A norm that is not finite makes the gradients so, or an error", "[optim][clip][error]") {
  const double bad = GENERATE(as<double>{}, infinity, std::nan(""));
  const double p = GENERATE(as<double>{}, 2, infinity);
  CAPTURE(bad, p);
  Tensor x = leaf_with_gradient(zeros({3}), tensor({1, bad, 2}));
  CHECK(text_of<ValueError>([&] {
          optim::clip_grad_norm({x}, 1, {.norm_type = p, .error_if_nonfinite = true});
        }).starts_with("clip_grad_norm: the norm of the gradients is "));
  CHECK(x.grad().to_vector<float>()[0] == 1);
  const double norm = optim::clip_grad_norm({x}, 1, {.norm_type = p});
  CHECK((std::isnan(bad) ? std::isnan(norm) : norm == infinity));
  CHECK(std::isnan(x.grad().to_vector<float>()[1]));
  const float first = x.grad().to_vector<float>()[0];
  CHECK((std::isnan(bad) ? std::isnan(first) : first == 0));
}

TEST_CASE("clip_grad_value lets NaN through and limits infinities", "[optim][clip]") {
  Tensor x = leaf_with_gradient(zeros({3}), tensor({infinity, -infinity, std::nan("")}));
  optim::clip_grad_value({x}, 2);
  const auto values = x.grad().to_vector<float>();
  CHECK(values[0] == 2);
  CHECK(values[1] == -2);
  CHECK(std::isnan(values[2]));
}

TEST_CASE("Clipping refuses limits out of range", "[optim][clip][error]") {
  const std::vector<Tensor> x{leaf(zeros({2}))};
  CHECK(text_of<ValueError>([&] { optim::clip_grad_norm(x, -1); }) ==
        "clip_grad_norm: max_norm is -1; it must not be negative");
  CHECK(text_of<ValueError>([&] { optim::clip_grad_norm(x, 1, {.norm_type = 0}); }) ==
        "clip_grad_norm: norm_type is 0; it must be above 0");
  CHECK(text_of<ValueError>([&] { optim::clip_grad_value(x, -1); }) ==
        "clip_grad_value: clip_value is -1; it must not be negative");
}

TEST_CASE("The norm is the same bits for any number of threads", "[optim][clip][threads]") {
  Generator generator(4);
  Tensor x = leaf_with_gradient(zeros({100003}), randn({100003}, {}, &generator));
  const Tensor given = x.grad();
  std::vector<double> norms;
  for (const int threads : {1, 2, 3, 8}) {
    const ThreadLimit limit(threads);
    x.set_grad(given);
    norms.push_back(optim::clip_grad_norm({x}, 1));
  }
  for (const double norm : norms) CHECK(norm == norms[0]);
}

}  // namespace gradus::clip_test
