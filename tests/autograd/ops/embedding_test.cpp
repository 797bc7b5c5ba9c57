#include <gradus/autograd/ops/embedding.hpp>

#include <gradus/autograd/backward.hpp>
#include <gradus/autograd/gradcheck.hpp>
#include <gradus/autograd/ops.hpp>

#include "support/catch.hpp"
#include "support/fixtures.hpp"
#include "support/strided.hpp"

namespace gradus::embedding_test {
using test::difference;
using test::fixtures;
using test::strided;
using test::variable;

namespace {

const auto contains = [](const char* text) { return Catch::Matchers::Contains(text); };
constexpr TensorOptions integers{.dtype = int64};

EmbeddingOptions padding(std::int64_t row) { return {.padding_idx = row}; }

}  // namespace

TEST_CASE("embedding looks up rows for indices of any shape", "[embedding]") {
  const Tensor weight = tensor({{1, 2}, {3, 4}, {5, 6}});
  const Tensor y = embedding(weight, tensor({{2, 0, 2}}, integers));
  CHECK(y.shape() == Shape{1, 3, 2});
  CHECK(y.to_vector<float>() == std::vector<float>{5, 6, 1, 2, 5, 6});
  CHECK(embedding(weight, tensor(1, integers)).to_vector<float>() == std::vector<float>{3, 4});
  CHECK(embedding(weight, zeros({2, 0}, integers)).shape() == Shape{2, 0, 2});
  CHECK(embedding(zeros({3, 0}), tensor({1}, integers)).shape() == Shape{1, 0});
  CHECK(embedding(weight, tensor({1}, integers), padding(1)).to_vector<float>() == std::vector<float>{3, 4});
}

TEST_CASE("embedding agrees with PyTorch", "[embedding]") {
  for (const auto& f : fixtures("ops.json", "embedding")) {
    CAPTURE(f.name);
    Tensor weight = f.inputs["weight"];
    weight.requires_grad_();
    EmbeddingOptions options;
    if (f.options.has("padding_idx")) options.padding_idx = f.options.integer("padding_idx", 0);
    const Tensor y = embedding(weight, f.inputs["input"], options);
    CHECK(difference(y, f.outputs["y"]) < 1e-15);
    y.backward(f.cotangent);
    CHECK(difference(weight.grad(), f.grads["weight"]) < 1e-15);
  }
}

TEST_CASE("embedding agrees with central differences", "[embedding][gradient]") {
  for (const Tensor& weight : strided(variable({4, 3})))
    for (const Tensor& indices : strided(tensor({{2, 0}, {2, 3}, {0, 2}}, integers))) {
      const auto looked_up = [&](const Tensor& w) { return embedding(w * w, indices); };
      CHECK(gradcheck(looked_up, {weight}));
      CHECK(gradgradcheck(looked_up, {weight}));
      const auto padded = [&](const Tensor& w) { return embedding(w * w, indices, padding(1)); };
      CHECK(gradgradcheck(padded, {weight}));  // row 1 is not looked up
    }
}

TEST_CASE("the padding row gets no gradient, of any order", "[embedding][gradient]") {
  const Tensor weight = variable({3, 2});
  const Tensor y = embedding(weight * weight * weight, tensor({0, 2, 2}, integers), padding(-1));
  const Tensor first = grad(sum(y), weight, {.create_graph = true});
  const Tensor second = grad(sum(first), weight);
  for (const Tensor& g : {first, second}) {
    CHECK(select(g, 0, 2).to_vector<double>() == std::vector<double>{0, 0});
    CHECK(select(select(g, 0, 0), 0, 0).item<double>() != 0);
  }
}

TEST_CASE("an index beyond the table is named with the table", "[embedding][error]") {
  Tensor weight = zeros({3, 2});
  CHECK_THROWS_WITH(
      embedding(weight, tensor({{0, 3}}, integers)),
      contains("embedding: index 3 at [0, 1] is out of range for weight of [3, 2]; needs 0 <= index < 3"));
  weight.set_name("words.weight");
  CHECK_THROWS_WITH(embedding(weight, tensor({-1}, integers)),
                    contains("index -1 at [0] is out of range for words.weight of [3, 2]"));
  CHECK_THROWS_WITH(embedding(weight, tensor({0}, integers), padding(3)),
                    contains("padding_idx 3 is not a row of words.weight of [3, 2]"));
  CHECK_THROWS_AS(embedding(weight, tensor({0}, integers), padding(-4)), IndexError);
  CHECK_THROWS_AS(embedding(weight, tensor({0.0})), DTypeError);
  CHECK_THROWS_WITH(embedding(zeros(3), tensor({0}, integers)),
                    contains("the weight is [3]; needs [count, size]"));
}

TEST_CASE("one_hot puts a 1 at each index", "[embedding]") {
  const Tensor y = one_hot(tensor({{1, 0}}, integers), 3);
  CHECK(y.shape() == Shape{1, 2, 3});
  CHECK(y.to_vector<std::int64_t>() == std::vector<std::int64_t>{0, 1, 0, 1, 0, 0});
  CHECK(one_hot(tensor({2, 0}, integers)).shape() == Shape{2, 3});
  CHECK(one_hot(tensor(1, integers)).to_vector<std::int64_t>() == std::vector<std::int64_t>{0, 1});
  CHECK(one_hot(transpose(tensor({{0, 1}, {2, 0}}, integers), 0, 1), 3).to_vector<std::int64_t>() ==
        std::vector<std::int64_t>{1, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 0});
  CHECK(one_hot(zeros(0, integers), 4).shape() == Shape{0, 4});
}

TEST_CASE("one_hot refuses what is no class", "[embedding][error]") {
  CHECK_THROWS_WITH(one_hot(tensor({0, 3}, integers), 3),
                    contains("one_hot: index 3 at [1] is out of range for 3 classes; needs 0 <= index < 3"));
  CHECK_THROWS_WITH(one_hot(tensor({-2}, integers)),
                    contains("index -2 at [0] is out of range for 0 classes"));
  CHECK_THROWS_WITH(one_hot(zeros(0, integers)), contains("no index to infer the number of classes from"));
  CHECK_THROWS_WITH(one_hot(tensor({0}, integers), -2), contains("-2 classes were given"));
  CHECK_THROWS_AS(one_hot(tensor({0.0})), DTypeError);
}

}  // namespace gradus::embedding_test
