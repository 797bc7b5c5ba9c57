#include <gradus/autograd/backward.hpp>
#include <gradus/autograd/gradcheck.hpp>
#include <gradus/autograd/ops.hpp>

#include "support/catch.hpp"
#include "support/pytorch.hpp"

namespace gradus::loss_test {
using Catch::Matchers::Contains;
using test::Fixture;

namespace {

Reduction reduction(const Fixture& f) { return test::reduction(f.options); }

/// Every case of `subject`: value and gradients of `loss(fixture)` against PyTorch's.
template <class F>
void check_subject(std::string_view subject, F&& loss) {
  for (Fixture& f : test::fixtures("losses.json", subject)) {
    CAPTURE(f.name);
    for (const auto& [input, expected] : f.grads) Tensor(f.inputs[input]).requires_grad_();
    const Tensor y = loss(f);
    CHECK(test::difference(y, f.outputs.begin()->second) < 1e-12);
    sum(y * f.cotangent).backward();
    for (const auto& [input, expected] : f.grads) {
      CAPTURE(input);
      // PyTorch's floor of the denominator is 1e-12 in float, 4e-9 beside ours.
      const double tolerance = f.name.starts_with("bce_loss/certain") ? 1e-8 : 1e-12;
      Tensor gradient = f.inputs[input].grad(), reference = expected;
      if (f.options.number("beta", 1) == 0) {  // at d = 0 PyTorch's slope is -1 there, ours 0, as in l1_loss
        const Tensor kink = f.inputs["input"].detach() == f.inputs["target"].detach();
        gradient = where(kink, 0, gradient);
        reference = where(kink, 0, reference);
      }
      CHECK(test::difference(gradient, reference) < tolerance);
    }
  }
}

Tensor values(const Shape& shape, double low, double high) {
  std::vector<double> v(static_cast<std::size_t>(numel(shape)));
  for (std::size_t i = 0; i < v.size(); ++i)
    v[i] = low + (high - low) * static_cast<double>((i * 37 + 11) % 101) / 100;
  return from_vector(v, shape);
}

}  // namespace

TEST_CASE("nll_loss agrees with PyTorch", "[loss]") {
  check_subject("nll_loss", [](const Fixture& f) {
    return nll_loss(f.inputs["input"], f.inputs["target"],
                    {.weight = f.inputs.find("weight"),
                     .ignore_index = f.options.integer("ignore_index", -100),
                     .reduction = reduction(f)});
  });
}

TEST_CASE("cross_entropy agrees with PyTorch", "[loss]") {
  check_subject("cross_entropy", [](const Fixture& f) {
    return cross_entropy(f.inputs["input"], f.inputs["target"],
                         {.weight = f.inputs.find("weight"),
                          .ignore_index = f.options.integer("ignore_index", -100),
                          .reduction = reduction(f),
                          .label_smoothing = f.options.number("label_smoothing", 0)});
  });
}

TEST_CASE("the binary cross-entropies agree with PyTorch", "[loss]") {
  check_subject("bce_loss", [](const Fixture& f) {
    return bce_loss(f.inputs["input"], f.inputs["target"],
                    {.weight = f.inputs.find("weight"), .reduction = reduction(f)});
  });
  check_subject("bce_with_logits_loss", [](const Fixture& f) {
    return bce_with_logits(f.inputs["input"], f.inputs["target"],
                           {.weight = f.inputs.find("weight"),
                            .reduction = reduction(f),
                            .pos_weight = f.inputs.find("pos_weight")});
  });
}

TEST_CASE("the regression losses agree with PyTorch", "[loss]") {
  check_subject("mse_loss", [](const Fixture& f) {
    return mse_loss(f.inputs["input"], f.inputs["target"], {.reduction = reduction(f)});
  });
  check_subject("l1_loss", [](const Fixture& f) {
    return l1_loss(f.inputs["input"], f.inputs["target"], {.reduction = reduction(f)});
  });
  check_subject("smooth_l1_loss", [](const Fixture& f) {
    return smooth_l1_loss(f.inputs["input"], f.inputs["target"],
                          {.reduction = reduction(f), .beta = f.options.number("beta", 1)});
  });
  check_subject("huber_loss", [](const Fixture& f) {
    return huber_loss(f.inputs["input"], f.inputs["target"],
                      {.reduction = reduction(f), .delta = f.options.number("delta", 1)});
  });
}

TEST_CASE("kl_div agrees with PyTorch", "[loss]") {
  check_subject("kl_div", [](const Fixture& f) {
    return kl_div(f.inputs["input"], f.inputs["target"],
                  {.reduction = reduction(f), .log_target = f.options.flag("log_target")});
  });
}

TEST_CASE("losses have correct first and second derivatives", "[loss][gradient]") {
  const auto check = [](const std::function<Tensor(const std::vector<Tensor>&)>& f,
                        const std::vector<Tensor>& in) {
    const auto first = gradcheck(f, in);
    INFO(first.text());
    CHECK(first.ok());
    const auto second = gradgradcheck(f, in);
    INFO(second.text());
    CHECK(second.ok());
  };
  const Tensor target = tensor({2, 0, 1, 2}, {.dtype = int64});
  const Tensor weight = tensor({0.5, 2, 1.5}, {.dtype = float64});
  for (const Reduction r : {Reduction::none, Reduction::mean, Reduction::sum}) {
    CAPTURE(name(r));
    const Tensor scores = values({4, 3}, -2, 2).requires_grad_();
    check(
        [&](const auto& in) {
          return nll_loss(in[0], target, {.weight = weight, .ignore_index = 1, .reduction = r});
        },
        {scores});
    check([&](const auto& in) { return cross_entropy(in[0], target, {.reduction = r}); }, {scores});
    check(
        [&](const auto& in) {
          return cross_entropy(in[0], reshape(target, {2, 2}),
                               {.weight = weight, .ignore_index = 0, .reduction = r});
        },
        {permute(values({2, 2, 3}, -2, 2), {0, 2, 1}).requires_grad_()});
    check(
        [&](const auto& in) {
          return cross_entropy(in[0], target,
                               {.weight = weight, .ignore_index = 0, .reduction = r, .label_smoothing = 0.1});
        },
        {transpose(values({3, 4}, -2, 2), 0, 1).requires_grad_()});
    check([&](const auto& in) { return cross_entropy(in[0], in[1], {.weight = weight, .reduction = r}); },
          {scores, values({4, 3}, 0.1, 0.9).requires_grad_()});

    const Tensor a = values({2, 3}, 0.1, 0.9).requires_grad_(), y = values({2, 3}, 0.2, 0.8).requires_grad_();
    check([&](const auto& in) { return bce_loss(in[0], in[1], {.reduction = r}); }, {a, y});
    check(
        [&](const auto& in) { return bce_with_logits(in[0], in[1], {.reduction = r, .pos_weight = weight}); },
        {values({2, 3}, -3, 3).requires_grad_(), y});
    const Tensor x = values({2, 3}, -2, 2).requires_grad_(), t = values({3, 2}, -1.73, 1.91);
    const Tensor tt = transpose(t, 0, 1).requires_grad_();
    check([&](const auto& in) { return mse_loss(in[0], in[1], {.reduction = r}); }, {x, tt});
    check([&](const auto& in) { return l1_loss(in[0], in[1], {.reduction = r}); }, {x, tt});
    check([&](const auto& in) { return smooth_l1_loss(in[0], in[1], {.reduction = r, .beta = 0.7}); },
          {x, tt});
    check([&](const auto& in) { return huber_loss(in[0], in[1], {.reduction = r, .delta = 0.7}); }, {x, tt});
    check([&](const auto& in) { return kl_div(in[0], in[1], {.reduction = r}); }, {x, y});
    check([&](const auto& in) { return kl_div(in[0], in[1], {.reduction = r, .log_target = true}); },
          {x, tt});
  }
}

TEST_CASE("cross_entropy is nll_loss of log_softmax, with its gradient, in any layout", "[loss]") {
  const Tensor weight = tensor({0.5, 2, 1.5}, {.dtype = float64});
  const Tensor target = tensor({2, 0, 1, 2, 1, 1, 0, 2, 2, 1}, {.dtype = int64});
  const auto layouts = {values({10, 3}, -9, 9), transpose(values({3, 10}, -9, 9), 0, 1),
                        slice(values({10, 6}, -9, 9), 1, 0, 6, 2), expand(values({10, 1}, -9, 9), {10, 3})};
  for (const Tensor& logits : layouts)
    for (const Reduction r : {Reduction::none, Reduction::mean, Reduction::sum}) {
      CAPTURE(name(r), logits.strides());
      const Tensor x = logits.detach().requires_grad_();
      const auto both = [&](const Tensor& loss) {
        const Tensor g = values(loss.shape(), 0.5, 2);
        return std::array{loss.detach(), grad(loss, x, {.grad_outputs = {g}, .retain_graph = true}),
                          grad(loss, x, {.grad_outputs = {g}, .create_graph = true}).detach()};
      };
      const auto found =
          both(cross_entropy(x, target, {.weight = weight, .ignore_index = 1, .reduction = r}));
      const auto expected =
          both(nll_loss(log_softmax(x, 1), target, {.weight = weight, .ignore_index = 1, .reduction = r}));
      for (std::size_t i = 0; i < found.size(); ++i) CHECK(test::difference(found[i], expected[i]) < 1e-14);
    }
}

TEST_CASE("labels that change before backward are noticed", "[loss][error]") {
  const Tensor x = values({2, 3}, -1, 1).requires_grad_();
  Tensor target = tensor({2, 0}, {.dtype = int64});
  const Tensor loss = cross_entropy(x, target);
  target.fill_(1);
  CHECK_THROWS_WITH(loss.backward(), Contains("changed in place"));
}

TEST_CASE("cross-entropy worked by hand", "[loss]") {
  const Tensor logits =
      tensor({{1.2, 0.8, 2.1, 1.5, 0.3, 1.0, 2.5, 5.2, 1.8, 0.9}}, {.dtype = float64, .requires_grad = true});
  const Tensor seven = tensor({7}, {.dtype = int64});
  const Tensor loss = cross_entropy(logits, seven);
  CHECK(std::abs(loss.item<double>() - 0.212653) < 5e-7);
  loss.backward();
  CHECK(std::abs(logits.grad().to_vector<double>()[7] + 0.191563) < 5e-7);

  const Tensor row =
      tensor({{1.5, 0.8, 1.2, 4.1, 0.9, 1.1, 1.8, 2.0, 1.3, 0.7}}, {.dtype = float64, .requires_grad = true});
  const Tensor other = cross_entropy(row, tensor({3}, {.dtype = int64}));
  // A note prints 0.499 from a probability of 0.607; softmax of these logits is 0.635474.
  CHECK(std::abs(other.item<double>() - 0.453384) < 5e-7);
  other.backward();
  const std::vector<double> expected{0.047199, 0.023438, 0.034966, -0.364526, 0.025903,
                                     0.031638, 0.063712, 0.077818, 0.038643,  0.021208};
  const auto gradient = row.grad().to_vector<double>();
  for (std::size_t i = 0; i < expected.size(); ++i) CHECK(std::abs(gradient[i] - expected[i]) < 5e-7);
}

TEST_CASE("negative log-likelihoods worked by hand", "[loss]") {
  const Tensor p = tensor({{0.808, 0.192, 0}, {0.348, 0.652, 0}, {0.079, 0, 0.921}}, {.dtype = float64});
  const Tensor target = tensor({0, 1, 2}, {.dtype = int64});
  const auto each = nll_loss(log(p), target, {.reduction = Reduction::none}).to_vector<double>();
  const std::vector<double> expected{0.213193, 0.427711, 0.082295};
  for (std::size_t i = 0; i < 3; ++i) CHECK(std::abs(each[i] - expected[i]) < 5e-7);
  CHECK(std::abs(nll_loss(log(p), target).item<double>() - 0.241066) < 5e-7);

  const std::vector<double> probabilities{0.99, 0.9, 0.8, 0.5, 0.2, 0.1, 0.01};
  const std::vector<double> losses{0.010050, 0.105361, 0.223144, 0.693147, 1.609438, 2.302585, 4.605170};
  for (std::size_t i = 0; i < losses.size(); ++i) {
    const Tensor one = log(tensor({{probabilities[i]}}, {.dtype = float64}));
    CHECK(std::abs(nll_loss(one, tensor({0}, {.dtype = int64})).item<double>() - losses[i]) < 5e-7);
  }
}

TEST_CASE("binary cross-entropy worked by hand, finite where it is certain and wrong", "[loss]") {
  const auto bce = [](double p, double y) {
    return bce_loss(tensor({p}, {.dtype = float64}), tensor({y}, {.dtype = float64})).item<double>();
  };
  CHECK(std::abs(bce(0.9, 1) - 0.105361) < 5e-7);
  CHECK(std::abs(bce(0.1, 1) - 2.302585) < 5e-7);
  CHECK(bce(0, 1) == 100);
  CHECK(bce(1, 0) == 100);
  CHECK(bce(0, 0) == 0);
  CHECK(bce(1, 1) == 0);
}

TEST_CASE("soft labels: cross-entropy is entropy plus divergence", "[loss]") {
  const Tensor logits = values({3, 5}, -2, 2), p = softmax(values({3, 5}, -1, 3), 1);
  const Tensor cross = cross_entropy(logits, p);
  const Tensor entropy = -sum(p * log(p)) / 3;
  const Tensor divergence = kl_div(log_softmax(logits, 1), p, {.reduction = Reduction::batchmean});
  CHECK(std::abs((cross - entropy - divergence).item<double>()) < 1e-14);
}

TEST_CASE("losses say what is wrong with their targets", "[loss][error]") {
  const Tensor scores = zeros({2, 3});
  const auto classes = [](std::initializer_list<Nested> v) { return tensor(v, {.dtype = int64}); };
  CHECK_THROWS_WITH(
      nll_loss(scores, classes({0, 3})),
      Contains("nll_loss: target 3 (element 1) is not one of the 3 classes 0 to 2 (loss_test.cpp:"));
  CHECK_THROWS_AS(nll_loss(scores, classes({0, -1})), IndexError);
  CHECK_NOTHROW(nll_loss(scores, classes({0, -1}), {.ignore_index = -1}));
  CHECK_THROWS_WITH(cross_entropy(scores, classes({0, 7})), Contains("cross_entropy: target 7 (element 1)"));
  CHECK_THROWS_WITH(nll_loss(scores, zeros({2})), Contains("target is float32; class numbers must be int64"));
  CHECK_THROWS_WITH(nll_loss(scores, classes({0, 1, 2})),
                    Contains("input is [2, 3] but target is [3]; the target must be [2]"));
  CHECK_THROWS_WITH(nll_loss(scores, classes({0, 1}), {.weight = ones({2})}),
                    Contains("each of the 3 classes"));
  CHECK_THROWS_WITH(cross_entropy(scores, classes({0, 1}), {.label_smoothing = 1.5}),
                    Contains("label_smoothing is 1.5"));
  CHECK_THROWS_WITH(cross_entropy(scores, full({2, 3}, 1.5)), Contains("target holds 1.5 (element 0)"));
  CHECK_THROWS_WITH(bce_loss(tensor({0.5, 1.25}), tensor({0, 1})),
                    Contains("bce_loss: input holds 1.25 (element 1), which is not a probability in [0, 1]"));
  CHECK_THROWS_WITH(bce_loss(tensor({0.5, std::numeric_limits<double>::quiet_NaN()}), tensor({0, 1})),
                    Contains("input holds nan"));
  CHECK_THROWS_WITH(bce_loss(tensor({0.5}), tensor({-1})), Contains("target holds -1"));
  CHECK_THROWS_WITH(mse_loss(zeros({2, 1}), zeros({2})),
                    Contains("mse_loss: input is [2, 1] but target is [2]"));
  CHECK_THROWS_AS(mse_loss(zeros({2}), zeros({2}, {.dtype = float64})), DTypeError);
  CHECK_THROWS_WITH(mse_loss(zeros({2}), zeros({2}), {.reduction = Reduction::batchmean}),
                    Contains("for kl_div only"));
  CHECK_THROWS_AS(huber_loss(zeros({2}), zeros({2}), {.delta = 0}), ValueError);
  CHECK_THROWS_AS(smooth_l1_loss(zeros({2}), zeros({2}), {.beta = -1}), ValueError);
}

}  // namespace gradus::loss_test
