// Stacking, splitting, overwriting and further products: against PyTorch, by hand, errors.
#include <gradus/autograd/backward.hpp>
#include <gradus/autograd/ops.hpp>

#include "support/catch.hpp"
#include "support/pytorch.hpp"

namespace gradus::stacking_test {
using namespace test;
using Catch::Matchers::Contains;

namespace {

const char* const file = "more_ops.json";

Integers integers(const Tensor& x) { return x.to_vector<std::int64_t>(); }
Tensor whole(const Nested& values) { return tensor(values, {.dtype = int64}); }

std::vector<Tensor> all_of(In in) {
  std::vector<Tensor> tensors;
  for (const auto& [name, x] : in) tensors.push_back(x);
  return tensors;
}

AddMmOptions factors(Options o) { return {.beta = o.number("beta", 1), .alpha = o.number("alpha", 1)}; }

}  // namespace

TEST_CASE("stacking and splitting agree with PyTorch and central differences", "[stacking][gradient]") {
  CHECK(disagreement(file, "hstack", [](In in, Options) { return hstack(all_of(in)); }) == "");
  CHECK(disagreement(file, "vstack", [](In in, Options) { return vstack(all_of(in)); }) == "");
  CHECK(disagreement(file, "dstack", [](In in, Options) { return dstack(all_of(in)); }) == "");
  CHECK(disagreement(file, "column_stack", [](In in, Options) { return column_stack(all_of(in)); }) == "");
  CHECK(disagreement(file, "block_diag", [](In in, Options) { return block_diag(all_of(in)); }) == "");
  CHECK(disagreement(file, "tensor_split", [](In in, Options o) -> Results {
          const Dims cut = o.integers("cut");
          const auto parts = cut.size() == 1 ? tensor_split(in["x"], cut[0], 1)
                                             : tensor_split(in["x"], std::vector(cut.begin(), cut.end()), 1);
          return {{{"a", parts.at(0)}, {"b", parts.at(1)}, {"c", parts.at(2)}}};
        }) == "");
  CHECK(disagreement(file, "tile", [](In in, Options o) { return tile(in["x"], o.integers("counts")); }) ==
        "");
  CHECK(disagreement(file, "rot90", [](In in, Options o) {
          return rot90(in["x"], o.integer("times", 1), o.integers("dims"));
        }) == "");
  CHECK(disagreement(file, "broadcast_tensors",
                     [](In in, Options) { return broadcast_tensors(all_of(in)).at(0); }) == "");
  CHECK(disagreement(file, "cartesian_prod", [](In in, Options) { return cartesian_prod(all_of(in)); }) ==
        "");
  CHECK(disagreement(file, "combinations", [](In in, Options o) {
          return combinations(in["x"], o.integer("r", 2), o.flag("with_replacement"));
        }) == "");
  CHECK(disagreement(file, "tril_indices",
                     [](In, Options o) { return tril_indices(3, 4, o.integer("diagonal", 0)); }) == "");
  CHECK(disagreement(file, "triu_indices",
                     [](In, Options o) { return triu_indices(3, 4, o.integer("diagonal", 0)); }) == "");
}

TEST_CASE("overwriting agrees with PyTorch and central differences", "[overwrite][gradient]") {
  CHECK(disagreement(file, "index_copy", [](In in, Options o) {
          return index_copy(in["x"], o.integer("dim", 0), in["index"], in["source"]);
        }) == "");
  CHECK(disagreement(file, "index_fill", [](In in, Options o) {
          return index_fill(in["x"], o.integer("dim", 0), in["index"], in["value"]);
        }) == "");
  CHECK(disagreement(file, "masked_scatter",
                     [](In in, Options) { return masked_scatter(in["x"], in["mask"], in["source"]); }) == "");
  CHECK(disagreement(file, "put", [](In in, Options o) {
          return put(in["x"], in["index"], in["source"], o.flag("accumulate"));
        }) == "");
  CHECK(disagreement(file, "slice_scatter",
                     [](In in, Options) { return slice_scatter(in["x"], in["source"], 1, 1, 4, 2); }) == "");
  CHECK(disagreement(file, "select_scatter",
                     [](In in, Options) { return select_scatter(in["x"], in["source"], 0, -1); }) == "");
}

TEST_CASE("further products agree with PyTorch and central differences", "[products][gradient]") {
  CHECK(disagreement(file, "vecdot",
                     [](In in, Options o) { return vecdot(in["a"], in["b"], o.integer("dim", -1)); }) == "");
  CHECK(disagreement(file, "inner", [](In in, Options) { return inner(in["a"], in["b"]); }) == "");
  CHECK(disagreement(file, "kron", [](In in, Options) { return kron(in["a"], in["b"]); }) == "");
  CHECK(disagreement(file, "cross",
                     [](In in, Options o) { return cross(in["a"], in["b"], o.integer("dim", -1)); }) == "");
  CHECK(disagreement(file, "multi_dot", [](In in, Options) { return multi_dot(all_of(in)); }) == "");
  CHECK(disagreement(file, "addbmm",
                     [](In in, Options o) { return addbmm(in["x"], in["a"], in["b"], factors(o)); }) == "");
  CHECK(disagreement(file, "addr",
                     [](In in, Options o) { return addr(in["x"], in["a"], in["b"], factors(o)); }) == "");
}

TEST_CASE("products and shapes that all else is made of agree with PyTorch and central differences",
          "[matmul][join][view][index][gradient]") {
  CHECK(disagreement(file, "matmul", [](In in, Options) { return matmul(in["a"], in["b"]); }) == "");
  CHECK(disagreement(file, "bmm", [](In in, Options) { return bmm(in["a"], in["b"]); }) == "");
  CHECK(disagreement(file, "dot", [](In in, Options) { return dot(in["a"], in["b"]); }) == "");
  CHECK(disagreement(file, "outer", [](In in, Options) { return outer(in["a"], in["b"]); }) == "");
  CHECK(disagreement(file, "linear", [](In in, Options) { return linear(in["a"], in["b"], in["c"]); }) == "");
  CHECK(disagreement(file, "logsigmoid", [](In in, Options) { return logsigmoid(in["x"]); }) == "");
  CHECK(disagreement(file, "cat", [](In in, Options) { return cat(all_of(in), 1); }) == "");
  CHECK(disagreement(file, "stack", [](In in, Options) { return stack(all_of(in), 1); }) == "");
  CHECK(disagreement(file, "chunk", [](In in, Options) { return chunk(in["x"], 3, 1).at(1); }) == "");
  CHECK(disagreement(file, "view", [](In in, Options) { return view(in["x"].contiguous(), {2, 6}); }) == "");
  CHECK(disagreement(file, "flip", [](In in, Options) { return flip(in["x"], {0, 1}); }) == "");
  CHECK(disagreement(file, "tril",
                     [](In in, Options o) { return tril(in["x"], o.integer("diagonal", 0)); }) == "");
  CHECK(disagreement(file, "triu",
                     [](In in, Options o) { return triu(in["x"], o.integer("diagonal", 0)); }) == "");
  CHECK(disagreement(file, "masked_fill",
                     [](In in, Options) { return masked_fill(in["x"], in["mask"], in["value"]); }) == "");
  CHECK(disagreement(file, "index_add",
                     [](In in, Options) { return index_add(in["x"], 1, in["index"], in["source"]); }) == "");
  CHECK(disagreement(file, "scatter",
                     [](In in, Options) { return scatter(in["x"], 1, in["index"], in["source"]); }) == "");
}

TEST_CASE("stacking and splitting by hand, and of what is empty", "[stacking]") {
  CHECK(integers(hstack({whole(1), whole({2, 3})})) == Integers{1, 2, 3});
  CHECK(vstack({whole(1), whole({2})}).shape() == Shape{2, 1});
  CHECK(dstack({whole({1, 2}), whole({3, 4})}).shape() == Shape{1, 2, 2});
  CHECK(integers(column_stack({whole({1, 2}), whole({3, 4})})) == Integers{1, 3, 2, 4});
  CHECK(integers(block_diag({whole({1, 2}), whole(3)})) == Integers{1, 2, 0, 0, 0, 3});
  const auto parts = tensor_split(arange(2), 3);
  CHECK((parts.size() == 3 && parts[2].shape() == Shape{0} && parts[0].shares_storage(parts[1])));
  CHECK(tensor_split(arange(5), std::vector<std::int64_t>{-2, 9})[1].shape() == Shape{2});
  CHECK(rot90(zeros({2, 0}), 1).shape() == Shape{0, 2});
  CHECK(integers(rot90(whole({{1, 2}, {3, 4}}))) == Integers{2, 4, 1, 3});
  CHECK(cartesian_prod({arange(3), arange(0)}).shape() == Shape{0, 2});
  CHECK(equal(cartesian_prod({arange(3)}), arange(3)));
  CHECK(integers(combinations(whole({7, 8, 9}))) == Integers{7, 8, 7, 9, 8, 9});
  CHECK(combinations(arange(2), 3).shape() == Shape{0, 3});
  CHECK(combinations(arange(0), 2, true).shape() == Shape{0, 2});
  CHECK(combinations(arange(2), 0).shape() == Shape{0});
  CHECK(tril_indices(0, 3).shape() == Shape{2, 0});
  CHECK(broadcast_tensors({}).empty());
}

TEST_CASE("overwriting by hand", "[overwrite]") {
  const Tensor x = whole({{1, 2}, {3, 4}});
  CHECK(integers(index_copy(x, 0, whole({1, 1}), whole({{5, 6}, {7, 8}}))) ==
        Integers{1, 2, 7, 8});  // the last
  CHECK(integers(index_fill(x, 1, whole({0}), 9)) == Integers{9, 2, 9, 4});
  CHECK(integers(masked_scatter(x, whole({0, 1}) == 1, whole({7, 8, 9}))) == Integers{1, 7, 3, 8});
  CHECK(integers(masked_scatter(x, x == 9, zeros({0}, {.dtype = int64}))) == Integers{1, 2, 3, 4});
  CHECK(integers(put(x, whole({3, 3}), whole({5, 6}), true)) == Integers{1, 2, 3, 15});
  CHECK(integers(slice_scatter(x, whole({{8}, {9}}), 1, -1, 5)) == Integers{1, 8, 3, 9});
  CHECK(integers(select_scatter(x, whole({8, 9}), 1, 0)) == Integers{8, 2, 9, 4});
  CHECK(index_copy(zeros({0, 2}), 1, whole({0}), zeros({0, 1})).shape() == Shape{0, 2});
}

TEST_CASE("further products by hand", "[products]") {
  const Tensor x = tensor({1, 0, 0}, f64), y = tensor({0, 1, 0}, f64);
  CHECK(difference(cross(x, y), tensor({0, 0, 1}, f64)) == 0);
  CHECK(difference(kron(tensor({1, 2}, f64), tensor({1, 10}, f64)), tensor({1, 10, 2, 20}, f64)) == 0);
  CHECK(difference(kron(eye(2), ones({1, 2})), tensor({{1, 1, 0, 0}, {0, 0, 1, 1}})) == 0);
  CHECK(inner(tensor({1, 2}), tensor({3, 4})).item<float>() == 11);
  CHECK(multi_dot({tensor({{2}})}).item<float>() == 2);
  CHECK(multi_dot({tensor({1, 2}), tensor({3, 4})}).item<float>() == 11);
  CHECK(difference(addr(zeros({1}), ones({2}), tensor({1, 2})), tensor({{1, 2}, {1, 2}})) == 0);
  CHECK(difference(addbmm(ones({2, 2}), zeros({0, 2, 3}), zeros({0, 3, 2})), ones({2, 2})) == 0);
  CHECK(kron(zeros({2, 0}), zeros({3, 4})).shape() == Shape{6, 0});
}

TEST_CASE("stacking, overwriting and products say what is wrong", "[stacking][overwrite][products][error]") {
  const Tensor x = zeros({2, 3});
  CHECK_THROWS_WITH(hstack({}), Contains("(stacking_test.cpp:"));
  CHECK_THROWS_AS(vstack({x, zeros({2})}), ShapeError);
  CHECK_THROWS_WITH(block_diag({zeros({1, 1, 1})}), Contains("block_diag: given [1, 1, 1]; needs matrices"));
  CHECK_THROWS_AS(tensor_split(x, 0), ValueError);
  CHECK_THROWS_AS(tensor_split(x, 2, 2), IndexError);
  CHECK_THROWS_WITH(rot90(x, 1, {0}), Contains("rot90: dimensions [0] were given; needs two"));
  CHECK_THROWS_AS(rot90(x, 1, {0, 0}), ValueError);
  CHECK_THROWS_AS(broadcast_tensors({x, zeros({2})}), ShapeError);
  CHECK_THROWS_WITH(cartesian_prod({x}), Contains("given [2, 3]; needs a vector"));
  CHECK_THROWS_WITH(combinations(arange(2), -1), Contains("r is -1"));
  CHECK_THROWS_AS(tril_indices(-1, 2), ValueError);
  CHECK_THROWS_WITH(index_copy(x, 0, whole({0}), zeros({1, 2})),
                    Contains("index_copy: the source is [1, 2]; needs [1, 3]"));
  CHECK_THROWS_AS(index_copy(x, 0, whole({2}), zeros({1, 3})), IndexError);
  CHECK_THROWS_AS(index_copy(x, 0, whole({0}), zeros({1, 3}, f64)), DTypeError);
  CHECK_THROWS_WITH(index_fill(x, 0, whole({0}), zeros({1})), Contains("the value is [1]; needs a number"));
  CHECK_THROWS_WITH(masked_scatter(x, x == 0, zeros({5})), Contains("the source has 5 elements; needs 6"));
  CHECK_THROWS_AS(masked_scatter(x, x, x), DTypeError);
  CHECK_THROWS_WITH(put(x, whole({0}), zeros({2})),
                    Contains("the index is [1] and the source [2]; need one shape"));
  CHECK_THROWS_AS(slice_scatter(x, zeros({2, 3}), 1, 0, 2), ShapeError);
  CHECK_THROWS_AS(select_scatter(x, zeros({2}), 1, 3), IndexError);
  CHECK_THROWS_WITH(inner(x, zeros({2})), Contains("inner: given [2, 3] and [2]"));
  CHECK_THROWS_WITH(cross(x, zeros({2, 2})), Contains("cross:"));
  CHECK_THROWS_WITH(cross(zeros({2}), zeros({2})), Contains("dimension 0 must have size 3"));
  CHECK_THROWS_WITH(multi_dot({x, x}),
                    Contains("matrices 0 and 1 are [2, 3] and [2, 3]; the inner sizes differ"));
  CHECK_THROWS_AS(multi_dot({}), ValueError);
  CHECK_THROWS_WITH(addbmm(x, x, x), Contains("addbmm: a is [2, 3]"));
  CHECK_THROWS_AS(addr(x, x, x), ShapeError);
}

}  // namespace gradus::stacking_test
