// Faults planted in derivative rules, through the seam that every op uses: each must be caught, and called by
// name.
#include <gradus/autograd/backward.hpp>
#include <gradus/autograd/gradcheck.hpp>
#include <gradus/autograd/ops.hpp>
#include <gradus/autograd/ops/convolution.hpp>
#include <gradus/autograd/tape.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>

#include "support/catch.hpp"
#include "support/strided.hpp"

namespace gradus::gradcheck_mutation_test {

namespace {

using Inputs = std::vector<Tensor>;
using Bug = GradcheckBug;

/// An op whose derivative is given on the spot.
struct Planted {
  static constexpr std::string_view name = "planted";
  static constexpr Keep keep = keep_inputs(0, 1, 2) | keep_outputs(0);
  std::function<std::vector<Tensor>(const Inputs&)> value;
  std::function<void(Backward&)> derivative;

  std::vector<Tensor> forward(const Inputs& in) const { return value(in); }
  void backward(Backward& d) const { derivative(d); }
};

struct Fault {
  std::string name;
  Bug bug;  // unknown where there is no name for it
  std::vector<Shape> shapes;
  std::function<std::vector<Tensor>(const Inputs&)> value;
  std::function<void(Backward&)> derivative;
  bool second_order = false;

  GradcheckReport check() const {
    const auto f = [this](const Inputs& in) {
      return record(Planted{value, derivative}, SourceLocation::current(), in);
    };
    Inputs inputs;
    for (const Shape& shape : shapes) inputs.push_back(test::variable(shape, 5 + inputs.size()));
    return second_order ? gradgradcheck(f, inputs) : gradcheck(f, inputs);
  }
};

/// A fault in an op of one result.
template <class F>
auto one(F f) {
  return [f](const Inputs& in) { return std::vector<Tensor>{f(in)}; };
}
template <class F>
auto wrt(F f) {
  return [f](Backward& d) { d.wrt(0, [&] { return f(d); }); };
}
template <class F, class G>
auto wrt(F f, G g) {
  return [f, g](Backward& d) {
    d.wrt(0, [&] { return f(d); });
    d.wrt(1, [&] { return g(d); });
  };
}

const Shape matrix{3, 4}, square_matrix{3, 3}, image{2, 2, 4, 4};

std::vector<Fault> pointwise_faults() {
  return {
      {"square: half",
       Bug::constant_factor,
       {matrix},
       one([](auto& in) { return square(in[0]); }),
       wrt([](Backward& d) { return d.grad() * d.input(0); })},
      {"sin: sign", Bug::wrong_sign, {matrix}, one([](auto& in) { return sin(in[0]); }), wrt([](Backward& d) {
         return d.grad() * -cos(d.input(0));
       })},
      {"tanh: of the input",
       Bug::unknown,
       {matrix},
       one([](auto& in) { return tanh(in[0]); }),
       wrt([](Backward& d) { return d.grad() * (1 - square(d.input(0))); })},
      {"exp: taken at the output",
       Bug::stale_value,
       {matrix},
       one([](auto& in) { return exp(in[0]); }),
       wrt([](Backward& d) { return d.grad() * exp(d.output()); })},
      {"sigmoid: upstream",
       Bug::upstream_ignored,
       {matrix},
       one([](auto& in) { return sigmoid(in[0]); }),
       wrt([](Backward& d) { return d.output() * (1 - d.output()); })},
      {"leaky relu: like relu",
       Bug::missing_dependence,
       {matrix},
       one([](auto& in) { return leaky_relu(in[0], 0.1); }),
       wrt([](Backward& d) { return d.grad() * (d.input(0) > 0).to(float64); })},
      {"cube: one power too many",
       Bug::extra_factor,
       {matrix},
       one([](auto& in) { return pow(in[0], 3); }),
       wrt([](Backward& d) { return d.grad() * 3 * pow(d.input(0), 3); })},
      {"gelu: a constant in float32",
       Bug::single_precision,
       {matrix},
       one([](auto& in) { return in[0] * std::numbers::sqrt2; }),
       wrt([](Backward& d) { return d.grad() * 1.41421356F; })},
      {"sinc: 0 / 0",
       Bug::not_finite,
       {matrix},
       one([](auto& in) {
         const Tensor x = in[0] * 0;
         return where(x == 0, ones_like(x), sin(x) / x) + in[0] * 0;
       }),
       wrt([](Backward& d) {
         const Tensor x = d.input(0) * 0;
         return d.grad() * ((x * cos(x) - sin(x)) / (x * x));
       })},
      {"square: of the incoming gradient too",
       Bug::not_linear,
       {matrix},
       one([](auto& in) { return square(in[0]); }),
       wrt([](Backward& d) { return d.grad() * abs(d.grad()) * 2 * d.input(0); })},
      {"square: in float32",
       Bug::wrong_dtype,
       {matrix},
       one([](auto& in) { return square(in[0]); }),
       wrt([](Backward& d) { return (d.grad() * 2 * d.input(0)).to(float32); })},
      {"product: the other's",
       Bug::swapped_inputs,
       {matrix, matrix},
       one([](auto& in) { return in[0] * in[1]; }),
       wrt([](Backward& d) { return d.grad() * d.input(0); },
           [](Backward& d) { return d.grad() * d.input(1); })},
      {"product: no factor",
       Bug::extra_factor,
       {matrix, matrix},
       one([](auto& in) { return in[0] * in[1]; }),
       wrt([](Backward& d) { return d.grad(); }, [](Backward& d) { return d.grad() * d.input(0); })},
      {"a constant: differentiated all the same",
       Bug::spurious_dependence,
       {matrix, matrix},
       one([](auto& in) { return square(in[0]); }),
       wrt([](Backward& d) { return d.grad() * 2 * d.input(0); }, [](Backward& d) { return d.grad(); })},
      {"bias: the first row only",
       Bug::missing_sum,
       {matrix, {4}},
       one([](auto& in) { return in[0] + in[1]; }),
       wrt([](Backward& d) { return d.grad(); }, [](Backward& d) { return select(d.grad(), 0, 0); })},
      {"bias: the mean",
       Bug::constant_factor,
       {matrix, {4}},
       one([](auto& in) { return in[0] + in[1]; }),
       wrt([](Backward& d) { return d.grad(); }, [](Backward& d) { return mean(d.grad(), 0); })},
      {"mean: like a sum",
       Bug::constant_factor,
       {matrix},
       one([](auto& in) { return mean(in[0]); }),
       wrt([](Backward& d) {
         return expand(d.grad(), {3, 4});
       })},
      {"cumsum: not reversed",
       Bug::transposed,
       {matrix},
       one([](auto& in) { return cumsum(in[0], 1); }),
       wrt([](Backward& d) { return cumsum(d.grad(), 1); })},
  };
}

std::vector<Fault> product_faults() {
  const auto product = one([](auto& in) { return matmul(in[0], in[1]); });
  const auto by_a = [](Backward& d) { return matmul(d.grad(), transpose(d.input(1), 0, 1)); };
  const auto by_b = [](Backward& d) { return matmul(transpose(d.input(0), 0, 1), d.grad()); };
  return {
      {"matmul: transposed",
       Bug::transposed,
       {square_matrix, square_matrix},
       product,
       wrt([=](Backward& d) { return transpose(by_a(d), 0, 1); }, by_b)},
      {"matmul: no transpose",
       Bug::unknown,
       {square_matrix, square_matrix},
       product,
       wrt([](Backward& d) { return matmul(d.grad(), d.input(1)); }, by_b)},
      {"matmul: reshaped, not transposed",
       Bug::transposed,
       {matrix, {4, 2}},
       product,
       wrt(by_a,
           [=](Backward& d) {
             return reshape(transpose(by_b(d), 0, 1), {4, 2});
           })},
      {"matmul: the transposed shape",
       Bug::wrong_shape,
       {matrix, {4, 2}},
       product,
       wrt(by_a, [=](Backward& d) { return transpose(by_b(d), 0, 1); })},
      {"matmul: no gradient by b", Bug::missing_dependence, {matrix, {4, 2}}, product, wrt(by_a)},
      {"linear: detached weight",
       Bug::missing_dependence,
       {matrix, {2, 4}},
       one([](auto& in) { return linear(in[0], in[1]); }),
       wrt([](Backward& d) { return matmul(d.grad(), d.input(1)); },
           [](Backward& d) { return zeros_like(d.input(1)); })},
  };
}

/// What autograd says of the function, as a place to start from.
Tensor right(Backward& d, std::size_t i, const std::function<Tensor(const Inputs&)>& f) {
  const EnableGrad guard;
  Inputs leaves;
  for (std::size_t k = 0; k < d.input_count(); ++k) leaves.push_back(d.input(k).detach().requires_grad_());
  return grad(f(leaves), leaves[i], {.grad_outputs = {d.grad()}});
}

std::vector<Fault> layer_faults() {
  const auto conv = [](const Inputs& in) { return conv2d(in[0], in[1], in[2], {.padding = 1}); };
  const auto conv_with = [=](auto change_x, auto change_w, auto change_b) {
    return [=](Backward& d) {
      d.wrt(0, [&] { return change_x(right(d, 0, conv)); });
      d.wrt(1, [&] { return change_w(right(d, 1, conv)); });
      d.wrt(2, [&] { return change_b(right(d, 2, conv)); });
    };
  };
  const auto same = [](const Tensor& g) { return g; };
  const std::vector<Shape> conv_shapes{image, {3, 2, 3, 3}, {3}};
  const auto avg = [](const Inputs& in) { return avg_pool2d(in[0], 2); };
  const auto maximum = [](const Inputs& in) { return max_pool2d(in[0], 2); };
  const auto norm = [](const Inputs& in) { return layer_norm(in[0], {4}, in[1], in[2]); };
  const auto soft = [](const Inputs& in) { return softmax(in[0], 1); };
  return {
      {"conv2d: kernel not flipped", Bug::reversed, conv_shapes, one(conv),
       conv_with(
           same,
           [](const Tensor& g) {
             return flip(g, {2, 3});
           },
           same)},
      {"conv2d: kernel transposed", Bug::transposed, conv_shapes, one(conv),
       conv_with(
           same, [](const Tensor& g) { return transpose(g, 2, 3); }, same)},
      {"conv2d: mean over the batch", Bug::constant_factor, conv_shapes, one(conv),
       conv_with(same, same, [](const Tensor& g) { return g / 2; })},
      {"conv2d: edge forgotten", Bug::missing_dependence, conv_shapes, one(conv),
       conv_with(
           [](const Tensor& g) {
             return pad(narrow(g, 3, 1, 3), {1, 0});
           },
           same, same)},
      {"avg_pool2d: not divided", Bug::constant_factor, {image}, one(avg), wrt([=](Backward& d) {
         return right(d, 0, avg) * 4;
       })},
      {"max_pool2d: to the first of the window", Bug::misplaced, {image}, one(maximum), wrt([](Backward& d) {
         const Tensor g = reshape(d.grad(), {2, 2, 2, 1, 2, 1});
         const Tensor none = zeros_like(g);
         return reshape(cat({cat({g, none}, 5), cat({none, none}, 5)}, 3), image);
       })},
      {"layer_norm: statistics taken for constants",
       Bug::unknown,
       {matrix, {4}, {4}},
       one(norm),
       [=](Backward& d) {
         d.wrt(0, [&] {
           const Tensor var = gradus::var(d.input(0), 1, {.correction = 0, .keepdim = true});
           return d.grad() * d.input(1) * rsqrt(var + 1e-5);
         });
         d.wrt(1, [&] { return right(d, 1, norm); });
         d.wrt(2, [&] { return right(d, 2, norm); });
       }},
      {"layer_norm: weight and bias exchanged",
       Bug::swapped_inputs,
       {matrix, {4}, {4}},
       one(norm),
       [=](Backward& d) {
         d.wrt(0, [&] { return right(d, 0, norm); });
         d.wrt(1, [&] { return right(d, 2, norm); });
         d.wrt(2, [&] { return right(d, 1, norm); });
       }},
      {"softmax: diagonal only", Bug::missing_dependence, {matrix}, one(soft), wrt([](Backward& d) {
         return d.grad() * d.output() * (1 - d.output());
       })},
      {"softmax: no projection", Bug::unknown, {matrix}, one(soft), wrt([](Backward& d) {
         return d.grad() * d.output();
       })},
      {"log_softmax: sign",
       Bug::wrong_sign,
       {matrix},
       one([](auto& in) { return log_softmax(in[0], 1); }),
       wrt([](Backward& d) { return exp(d.output()) * sum(d.grad(), 1, true) - d.grad(); })},
  };
}

std::vector<Fault> loss_faults() {
  const auto mse = [](const Inputs& in) { return mse_loss(in[0], in[1]); };
  const auto difference = [](Backward& d) { return d.input(0) - d.input(1); };
  const Tensor classes = tensor({1, 3, 0}, {.dtype = int64});
  const auto cross = [=](const Inputs& in) { return cross_entropy(in[0], classes); };
  return {
      {"mse_loss: no 2",
       Bug::constant_factor,
       {matrix, matrix},
       one(mse),
       wrt([=](Backward& d) { return d.grad() * difference(d) / 12; },
           [=](Backward& d) { return d.grad() * difference(d) / -12; })},
      {"mse_loss: the sum",
       Bug::constant_factor,
       {matrix, matrix},
       one(mse),
       wrt([=](Backward& d) { return d.grad() * difference(d) * 2; },
           [=](Backward& d) { return d.grad() * difference(d) / -6; })},
      {"mse_loss: the same sign for the target",
       Bug::wrong_sign,
       {matrix, matrix},
       one(mse),
       wrt([=](Backward& d) { return d.grad() * difference(d) / 6; },
           [=](Backward& d) { return d.grad() * difference(d) / 6; })},
      {"cross_entropy: incoming gradient taken for 1",
       Bug::upstream_ignored,
       {matrix},
       one(cross),
       wrt([=](Backward& d) { return right(d, 0, cross) / d.grad(); })},
      {"cross_entropy: not divided by the batch",
       Bug::constant_factor,
       {matrix},
       one(cross),
       wrt([=](Backward& d) { return right(d, 0, cross) * 3; })},
  };
}

/// (a * a, b * b), so that there are two incoming gradients.
std::vector<Fault> output_faults() {
  const auto squares = [](const Inputs& in) {
    return std::vector<Tensor>{square(in[0]), square(in[1]) + in[0]};
  };
  return {
      {"two outputs: the other's gradient",
       Bug::swapped_outputs,
       {matrix, matrix},
       squares,
       [](Backward& d) {
         d.wrt(0, [&] { return d.grad(1) * 2 * d.input(0) + d.grad(0); });
         d.wrt(1, [&] { return d.grad(0) * 2 * d.input(1); });
       }},
      {"two outputs: nothing unless both are wanted",
       Bug::absent_gradient,
       {matrix, matrix},
       squares,
       [](Backward& d) {
         if (!d.has_grad(0) || !d.has_grad(1)) return;
         d.wrt(0, [&] { return d.grad(0) * 2 * d.input(0) + d.grad(1); });
         d.wrt(1, [&] { return d.grad(1) * 2 * d.input(1); });
       }},
  };
}

std::vector<Fault> second_order_faults() {
  return {
      {"second order: a detached value",
       Bug::missing_dependence,
       {matrix},
       one([](auto& in) { return pow(in[0], 3); }),
       wrt([](Backward& d) { return d.grad() * 3 * square(d.input(0).detach()); }),
       true},
      {"second order: half",
       Bug::constant_factor,
       {matrix},
       one([](auto& in) { return pow(in[0], 3); }),
       wrt([](Backward& d) {
         const Tensor x = d.input(0);
         return d.grad() * 3 * (square(x) + square(x.detach())) / 2;
       }),
       true},
      {"second order: detached incoming gradient",
       Bug::missing_dependence,
       {matrix},
       one([](auto& in) { return pow(in[0], 3); }),
       wrt([](Backward& d) { return d.grad().detach() * 3 * square(d.input(0)); }),
       true},
  };
}

/// Faults in what an op remembers, where it does, and in reading memory.
std::vector<Fault> memory_faults() {
  const auto shared = std::make_shared<Tensor>();
  const auto calls = std::make_shared<int>(0);
  return {
      {"a workspace shared by all calls",
       Bug::stale_value,
       {matrix},
       one([=](auto& in) {
         *shared = in[0].detach().clone();
         return square(in[0]);
       }),
       wrt([=](Backward& d) { return d.grad() * 2 * *shared; })},
      {"backward writes over what was saved",
       Bug::stale_value,
       {matrix},
       one([](auto& in) { return square(in[0]); }),
       wrt([](Backward& d) {
         double* const kept = d.output().template mutable_data<double>();
         const Tensor g = d.grad() * 2 * sqrt(d.output().clone()) * sign(d.input(0));
         if (g.numel() > 0) kept[0] = 0;
         return g;
       })},
      {"a forward that counts",
       Bug::not_deterministic,
       {matrix},
       one([=](auto& in) { return in[0] * static_cast<double>(++*calls); }),
       wrt([=](Backward& d) { return d.grad() * static_cast<double>(*calls); })},
      {"a backward that counts",
       Bug::not_deterministic,
       {matrix},
       one([](auto& in) { return in[0] * 2; }),
       wrt([=](Backward& d) { return d.grad() * static_cast<double>(++*calls); })},
      {"strides ignored",
       Bug::depends_on_layout,
       {matrix},
       one([](auto& in) {
         Tensor y = empty(in[0].shape(), float64);
         const double* const x = in[0].template data<double>();
         const auto* const begin = static_cast<const double*>(in[0].impl()->storage->data());
         const auto* const end = begin + in[0].impl()->storage->bytes() / sizeof(double);
         for (std::int64_t i = 0; i < y.numel(); ++i)  // in row-major order, though never beyond the memory
           y.template mutable_data<double>()[i] = 2 * *std::min(x + i, end - 1);
         return y;
       }),
       wrt([](Backward& d) { return d.grad() * 2; })},
  };
}

std::vector<Fault> all_faults() {
  std::vector<Fault> all;
  for (auto& some : {pointwise_faults(), product_faults(), layer_faults(), loss_faults(), output_faults(),
                     second_order_faults(), memory_faults()})
    all.insert(all.end(), some.begin(), some.end());
  return all;
}

}  // namespace

TEST_CASE("every planted fault is caught, and called by its name", "[gradcheck][mutation]") {
  std::size_t caught = 0, named = 0;
  for (const Fault& fault : all_faults()) {
    const GradcheckReport report = fault.check();
    CAPTURE(fault.name, report.text());
    CHECK_FALSE(report.ok());
    CHECK_FALSE(report.diagnoses.empty());
    caught += report.ok() ? 0 : 1;
    if (fault.bug == Bug::unknown) continue;
    CHECK(report.names(fault.bug));
    named += report.names(fault.bug) ? 1 : 0;
  }
  CHECK(caught >= 45);
  CHECK(named >= 40);
}

}  // namespace gradus::gradcheck_mutation_test
