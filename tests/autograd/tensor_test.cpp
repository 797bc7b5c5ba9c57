#include <gradus/autograd/tensor.hpp>

#include <cmath>
#include <limits>

#include <gradus/autograd/ops.hpp>
#include <gradus/autograd/tape.hpp>

#include "support/catch.hpp"

namespace gradus::tensor_test {

namespace {
const auto contains = [](const char* text) { return Catch::Matchers::Contains(text); };
using Values = std::vector<float>;
using Integers = std::vector<std::int64_t>;
}  // namespace

TEST_CASE("every dtype knows its name and size", "[tensor][dtype]") {
  const auto [dtype, text, bytes] = GENERATE(table<DType, const char*, std::size_t>({{float32, "float32", 4},
                                                                                     {float64, "float64", 8},
                                                                                     {int64, "int64", 8},
                                                                                     {uint8, "uint8", 1},
                                                                                     {boolean, "bool", 1}}));
  CHECK(name(dtype) == text);
  CHECK(size_of(dtype) == bytes);
  CHECK(fmt::format("{}", dtype) == text);
  CHECK(zeros(3, {.dtype = dtype}).dtype() == dtype);
  CHECK(is_floating(dtype) == (dtype == float32 || dtype == float64));
}

TEST_CASE("a tensor is a handle, copies share, clones do not", "[tensor]") {
  const Tensor a = ones(2);
  Tensor b = a;
  b += 1;
  CHECK(a.to_vector<float>() == Values{2, 2});
  CHECK_FALSE(a.clone().shares_storage(a));
  CHECK(a.detach().shares_storage(a));
}

TEST_CASE("an undefined tensor says so instead of crashing", "[tensor][error]") {
  const Tensor none;
  CHECK_FALSE(none.defined());
  CHECK_FALSE(none.requires_grad());
  CHECK_THROWS_WITH(none.shape(), contains("the tensor is undefined"));
  CHECK_THROWS_AS(none.numel(), ValueError);
  CHECK_THROWS_AS(none + ones(1), ValueError);
  CHECK_THROWS_AS(ones(1) + none, ValueError);
  CHECK_THROWS_AS(none.backward(), GraphError);
  CHECK_THROWS_AS(none.is_leaf(), ValueError);
  CHECK_THROWS_AS(none.detach(), ValueError);
}

TEST_CASE("size takes dims from either end", "[tensor]") {
  const Tensor x = zeros({2, 3});
  CHECK(x.size(0) == 2);
  CHECK(x.size(-1) == 3);
  CHECK(x.rank() == 2);
  CHECK(tensor(1.0).rank() == 0);
  CHECK(tensor(1.0).numel() == 1);
  CHECK_THROWS_AS(x.size(2), IndexError);
  CHECK_THROWS_AS(tensor(1.0).size(0), IndexError);
}

TEST_CASE("item converts the only element", "[tensor]") {
  CHECK(tensor(2.75).item<float>() == 2.75F);
  CHECK(tensor(2.75).item<int>() == 2);
  CHECK(tensor({{3}}, {.dtype = int64}).item<double>() == 3.0);
  CHECK(tensor(true, {.dtype = boolean}).item<bool>());
  CHECK(select(arange(5), 0, 3).item<std::int64_t>() == 3);
  CHECK_THROWS_WITH(zeros(2).item<float>(), contains("the tensor has shape [2]; needs exactly one element"));
  CHECK_THROWS_AS(zeros(0).item<float>(), ShapeError);
}

TEST_CASE("to_vector reads any strides in row-major order", "[tensor]") {
  const Tensor x = reshape(arange(6), {2, 3});
  CHECK(transpose(x, 0, 1).to_vector<std::int64_t>() == Integers{0, 3, 1, 4, 2, 5});
  CHECK(expand(select(x, 0, 0), {2, 3}).to_vector<std::int64_t>() == Integers{0, 1, 2, 0, 1, 2});
  CHECK(zeros({0, 3}).to_vector<float>().empty());
  CHECK(tensor(4.0).to_vector<float>() == Values{4});
  CHECK_THROWS_WITH(x.to_vector<float>(),
                    contains("the tensor is int64 but its elements were asked for as float32"));
}

TEST_CASE("span gives contiguous elements in place", "[tensor]") {
  const Tensor x = reshape(arange(6), {2, 3});
  CHECK(x.span<std::int64_t>().data() == x.data<std::int64_t>());
  CHECK(select(x, 0, 1).span<std::int64_t>()[0] == 3);
  CHECK_THROWS_WITH(
      transpose(x, 0, 1).span<std::int64_t>(),
      contains("span: strides [1, 3] of shape [3, 2] are not contiguous; call contiguous() first"));
  CHECK_THROWS_AS(x.span<float>(), DTypeError);
  Tensor y = zeros({2, 2});
  y.mutable_span<float>()[3] = 7;
  CHECK(y.to_vector<float>() == Values{0, 0, 0, 7});
  CHECK_THROWS_AS(transpose(y, 0, 1).mutable_span<float>(), ShapeError);
  CHECK_THROWS_AS(y.mutable_span<double>(), DTypeError);
}

TEST_CASE("in-place changes are refused while the tape records them", "[tensor][error]") {
  Tensor w = ones(2, {.requires_grad = true});
  w.set_name("fc.weight");
  CHECK_THROWS_WITH(w += 1, contains("+=: fc.weight requires a gradient and the tape is recording"));
  CHECK_THROWS_AS(w.mutable_span<float>(), GraphError);
  CHECK_THROWS_AS(w.fill_(0), GraphError);
  CHECK_THROWS_AS(w.copy_(zeros(2)), GraphError);
  CHECK(w.to_vector<float>() == Values{1, 1});
  const NoGrad guard;
  w += 1;
  w.mutable_span<float>()[0] = 5;
  CHECK(w.to_vector<float>() == Values{5, 2});
}

TEST_CASE("a failed in-place change is none", "[tensor][error]") {
  Tensor x = ones({2});
  const auto before = x.version();
  CHECK_THROWS_AS(x += ones({3, 2}), ShapeError);
  CHECK_THROWS_AS(x += arange(2), DTypeError);
  CHECK_THROWS_AS(x.copy_(ones(3)), ShapeError);
  CHECK(x.version() == before);
  CHECK(x.to_vector<float>() == Values{1, 1});
}

TEST_CASE("only floating leaves require gradients", "[tensor]") {
  CHECK_THROWS_WITH(arange(2).requires_grad_(), contains("a int64 tensor cannot require a gradient"));
  Tensor x = ones(1, {.requires_grad = true});
  CHECK(x.is_leaf());
  Tensor y = x * 2;
  CHECK_FALSE(y.is_leaf());
  CHECK_THROWS_AS(y.requires_grad_(false), GraphError);
  x.requires_grad_(false);
  CHECK_FALSE(x.requires_grad());
}

TEST_CASE("a gradient that is set must fit", "[tensor][error]") {
  Tensor x = ones(2, {.requires_grad = true});
  CHECK_THROWS_AS(x.set_grad(ones(3)), ShapeError);
  CHECK_THROWS_AS(x.set_grad(ones(2, {.dtype = float64})), DTypeError);
  x.set_grad(ones(2));
  CHECK(x.grad().defined());
  x.zero_grad();
  CHECK_FALSE(x.grad().defined());
  CHECK_THROWS_AS(ones(2).set_grad(ones(2)), GraphError);
}

}  // namespace gradus::tensor_test
