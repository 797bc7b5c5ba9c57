// The identity the project is built around: the gradient of the cross-entropy with respect to the logits is
// the prediction minus the target, over the number of rows.
#include <gradus/autograd/backward.hpp>
#include <gradus/autograd/gradcheck.hpp>
#include <gradus/autograd/ops.hpp>

#include "support/catch.hpp"
#include "support/fixtures.hpp"

namespace gradus::identity_test {

namespace {

Tensor random_logits(std::uint64_t seed, const Shape& shape) {
  Generator generator(seed);
  return randn(shape, {.dtype = float64}, &generator) * 3;
}

Tensor gradient(const Tensor& loss, const Tensor& z) { return grad(loss, z); }

}  // namespace

TEST_CASE("softmax and cross-entropy: the gradient is (p - onehot) / n", "[identity]") {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    Tensor z = random_logits(seed, {6, 10}).requires_grad_();
    const Tensor y = tensor({3, 0, 9, 3, 5, 7}, {.dtype = int64});
    const Tensor closed = (softmax(z.detach(), 1) - one_hot(y, 10).to(float64)) / 6;
    CHECK(test::difference(gradient(nll_loss(log_softmax(z, 1), y), z), closed) < 1e-10);
    CHECK(test::difference(gradient(cross_entropy(z, y), z), closed) < 1e-10);
    CHECK(test::difference(gradient(cross_entropy(z, one_hot(y, 10).to(float64)), z), closed) < 1e-10);
    const auto report =
        gradcheck([&](const std::vector<Tensor>& in) { return cross_entropy(in[0], y); }, {z});
    INFO(report.text());
    CHECK(report.ok());
  }
}

TEST_CASE("softmax and cross-entropy: the identity holds for extreme logits", "[identity]") {
  Tensor z =
      tensor({{1e3, -1e3, 0}, {-1e3, 1e3, 1e3}, {1e3, 1e3, 1e3}}, {.dtype = float64, .requires_grad = true});
  const Tensor y = tensor({1, 1, 2}, {.dtype = int64});
  const Tensor closed = (softmax(z.detach(), 1) - one_hot(y, 3).to(float64)) / 3;
  CHECK(closed.to_vector<double>()[0] == 1.0 / 3);  // wholly wrong, and finite
  CHECK(test::difference(gradient(nll_loss(log_softmax(z, 1), y), z), closed) < 1e-10);
  CHECK(test::difference(gradient(cross_entropy(z, y), z), closed) < 1e-10);
  CHECK(gradcheck([&](const std::vector<Tensor>& in) { return cross_entropy(in[0], y); }, {z}).ok());
}

TEST_CASE("sigmoid and binary cross-entropy: the gradient is (a - y) / n", "[identity]") {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    Tensor z = random_logits(seed, {4, 5}).requires_grad_();
    const Tensor y = (random_logits(seed + 10, {4, 5}) > 0).to(float64);
    const Tensor closed = (sigmoid(z.detach()) - y) / 20;
    CHECK(test::difference(gradient(bce_loss(sigmoid(z), y), z), closed) < 1e-10);
    CHECK(test::difference(gradient(bce_with_logits(z, y), z), closed) < 1e-10);
    const auto report =
        gradcheck([&](const std::vector<Tensor>& in) { return bce_with_logits(in[0], y); }, {z});
    INFO(report.text());
    CHECK(report.ok());
    CHECK(gradcheck([&](const std::vector<Tensor>& in) { return bce_loss(sigmoid(in[0]), y); }, {z}).ok());
  }
}

TEST_CASE("sigmoid and binary cross-entropy: the identity holds for extreme logits", "[identity]") {
  Tensor z = tensor({1e3, -1e3, 1e3, -1e3}, {.dtype = float64, .requires_grad = true});
  const Tensor y = tensor({1, 0, 0, 1}, {.dtype = float64});
  const Tensor closed = (sigmoid(z.detach()) - y) / 4;
  CHECK(closed.to_vector<double>() == std::vector<double>{0, 0, 0.25, -0.25});
  CHECK(test::difference(gradient(bce_with_logits(z, y), z), closed) < 1e-10);
}

TEST_CASE("(a - y) sigmoid'(z) is the gradient of the squared error, not of the cross-entropy",
          "[identity]") {
  Tensor z = random_logits(4, {3, 4}).requires_grad_();
  const Tensor y = (random_logits(5, {3, 4}) > 0).to(float64);
  const Tensor a = sigmoid(z.detach());
  const Tensor wrong = (a - y) * a * (1 - a) / 12;
  CHECK(test::difference(gradient(bce_with_logits(z, y), z), wrong) > 1e-3);
  CHECK(test::difference(gradient(mse_loss(sigmoid(z), y) / 2, z), wrong) < 1e-14);
}

}  // namespace gradus::identity_test
