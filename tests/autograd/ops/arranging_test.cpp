// Moving, repeating, diagonals, masks and scatter_reduce: against PyTorch, by hand, errors.
#include <gradus/autograd/backward.hpp>
#include <gradus/autograd/ops.hpp>

#include "support/catch.hpp"
#include "support/pytorch.hpp"

namespace gradus::arranging_test {
using namespace test;
using Catch::Matchers::Contains;

namespace {

const char* const file = "arranging.json";
constexpr TensorOptions whole{.dtype = int64};

std::int64_t dim_of(Options o) { return o.integer("dim", 0); }
Integers integers(const Tensor& x) { return x.to_vector<std::int64_t>(); }

std::vector<Tensor> places(In in) {
  if (in.has("j")) return {in["i"], in["j"]};
  return {in["i"]};
}

Reduce reduce_of(const std::string& name) {
  if (name == "prod") return Reduce::prod;
  if (name == "mean") return Reduce::mean;
  if (name == "amax") return Reduce::amax;
  return name == "amin" ? Reduce::amin : Reduce::sum;
}

}  // namespace

TEST_CASE("moving and repeating agree with PyTorch and central differences", "[rearrange]") {
  CHECK(disagreement(file, "roll", [](In in, Options o) {
          return roll(in["x"], o.integers("shifts"), o.integers("dims"));
        }) == "");
  CHECK(disagreement(file, "repeat",
                     [](In in, Options o) { return repeat(in["x"], o.integers("counts")); }) == "");
  CHECK(disagreement(file, "repeat_interleave", [](In in, Options o) {
          if (in.has("counts")) return repeat_interleave(in["x"], in["counts"], dim_of(o));
          return repeat_interleave(in["x"], 2, dim_of(o));
        }) == "");
  CHECK(disagreement(file, "movedim", [](In in, Options o) {
          return movedim(in["x"], o.integers("from"), o.integers("to"));
        }) == "");
  CHECK(disagreement(file, "t", [](In in, Options) { return t(in["x"]); }) == "");
  CHECK(disagreement(file, "unbind", [](In in, Options o) -> Results {
          const auto parts = unbind(in["x"], dim_of(o));
          return {{{"a", parts.at(0)}, {"b", parts.at(1)}, {"c", parts.at(2)}}};
        }) == "");
  CHECK(disagreement(file, "meshgrid", [](In in, Options o) {
          const auto indexing = o.text("indexing", "") == "xy" ? GridIndexing::xy : GridIndexing::ij;
          return meshgrid({in["a"], in["b"], in["c"]}, indexing)
              .at(static_cast<std::size_t>(o.integer("axis", 0)));
        }) == "");
}

TEST_CASE("diagonals agree with PyTorch and central differences", "[diagonal]") {
  CHECK(disagreement(file, "diagonal", [](In in, Options o) {
          return diagonal(in["x"], o.integer("offset", 0), o.integer("dim1", 0), o.integer("dim2", 1));
        }) == "");
  CHECK(disagreement(file, "diag_embed", [](In in, Options o) {
          return diag_embed(in["x"], o.integer("offset", 0), o.integer("dim1", 0), o.integer("dim2", 1));
        }) == "");
  CHECK(disagreement(file, "diag", [](In in, Options o) { return diag(in["x"], o.integer("offset", 0)); }) ==
        "");
  CHECK(disagreement(file, "trace", [](In in, Options) { return trace(in["x"]); }) == "");
}

TEST_CASE("masks and lists of places agree with PyTorch and central differences", "[masked]") {
  CHECK(disagreement(file, "nonzero", [](In in, Options) { return nonzero(in["x"]); }) == "");
  CHECK(disagreement(file, "count_nonzero",
                     [](In in, Options o) { return count_nonzero(in["x"], o.integers("dim")); }) == "");
  CHECK(disagreement(file, "masked_select",
                     [](In in, Options) { return masked_select(in["x"], in["mask"]); }) == "");
  CHECK(disagreement(file, "take", [](In in, Options) { return take(in["x"], in["index"]); }) == "");
  CHECK(disagreement(file, "take_along_dim",
                     [](In in, Options o) { return take_along_dim(in["x"], in["index"], dim_of(o)); }) == "");
  CHECK(disagreement(file, "index", [](In in, Options) { return index(in["x"], places(in)); }) == "");
  CHECK(disagreement(file, "index_put", [](In in, Options o) {
          return index_put(in["x"], places(in), in["values"], o.flag("accumulate"));
        }) == "");
  CHECK(disagreement(file, "scatter_reduce", [](In in, Options o) {
          return scatter_reduce(in["x"], dim_of(o), in["index"], in["source"],
                                reduce_of(o.text("reduce", "")), o.flag("include_self"));
        }) == "");
}

TEST_CASE("moving and repeating by hand", "[rearrange]") {
  const Tensor x = tensor({{1, 2}, {3, 4}}, whole);
  CHECK(integers(roll(x, 1)) == Integers{4, 1, 2, 3});
  CHECK(integers(roll(x, {1, 1}, {0, 1})) == Integers{4, 3, 2, 1});
  CHECK(integers(repeat(x, {1, 2})) == Integers{1, 2, 1, 2, 3, 4, 3, 4});
  CHECK(integers(repeat_interleave(x, 2, 1)) == Integers{1, 1, 2, 2, 3, 3, 4, 4});
  CHECK(integers(repeat_interleave(x, tensor({0, 2}, whole), 0)) == Integers{3, 4, 3, 4});
  CHECK(repeat(x, {3, 0, 2}).shape() == Shape{3, 0, 4});
  CHECK(roll(zeros({2, 0}), 1, 1).shape() == Shape{2, 0});
  CHECK(roll(tensor(2.0), 3).item<float>() == 2);
  CHECK(repeat(tensor(2.0), {2, 2}).shape() == Shape{2, 2});
  CHECK(movedim(zeros({2, 3, 4}), 0, -1).shape() == Shape{3, 4, 2});
  CHECK(unbind(x)[1].shares_storage(x));
  CHECK(unbind(zeros({0, 2})).empty());
  CHECK(t(tensor({1, 2})).shape() == Shape{2});
  const auto grid = meshgrid({arange(2), arange(3)}, GridIndexing::xy);
  CHECK((grid[0].shape() == Shape{3, 2} && integers(grid[0]) == Integers{0, 1, 0, 1, 0, 1}));
  CHECK(meshgrid({tensor(1.0), ones({2})})[1].shape() == Shape{1, 2});
}

TEST_CASE("diagonals by hand", "[diagonal]") {
  const Tensor x = tensor({{1, 2, 3}, {4, 5, 6}}, whole);
  CHECK(integers(diagonal(x, 1)) == Integers{2, 6});
  CHECK(integers(diagonal(x, -1)) == Integers{4});
  CHECK(diagonal(x, 3).shape() == Shape{0});
  CHECK(diagonal(x).shares_storage(x));
  CHECK(integers(diag(tensor({7, 8}, whole), -1)) == Integers{0, 0, 0, 7, 0, 0, 0, 8, 0});
  CHECK(trace(x).item<std::int64_t>() == 6);
  CHECK(trace(zeros({0, 3})).item<float>() == 0);
  CHECK(diag_embed(zeros({2, 0}), 1).shape() == Shape{2, 1, 1});
}

TEST_CASE("masks and places by hand", "[masked]") {
  const Tensor x = tensor({{1, 0}, {0, 4}}, whole);
  CHECK(integers(nonzero(x)) == Integers{0, 0, 1, 1});
  CHECK((nonzero(tensor(3.0)).shape() == Shape{1, 0} && nonzero(zeros({2})).shape() == Shape{0, 1}));
  CHECK(count_nonzero(x).item<std::int64_t>() == 2);
  CHECK(integers(masked_select(x, x == 0)) == Integers{0, 0});
  CHECK(masked_select(x, x == 9).shape() == Shape{0});
  CHECK(integers(take(x, tensor({3, 3}, whole))) == Integers{4, 4});
  CHECK(integers(index(x, {tensor({1, 0}, whole)})) == Integers{0, 4, 1, 0});
  const Tensor twice = tensor({0, 0}, whole), ten = tensor({10, 20}, whole);
  CHECK(integers(index_put(x, {twice, twice}, ten)) == Integers{20, 0, 0, 4});
  CHECK(integers(index_put(x, {twice, twice}, ten, true)) == Integers{31, 0, 0, 4});
  CHECK(integers(index_put(x, {tensor(1, whole)}, tensor(7, whole))) == Integers{1, 0, 7, 7});
  // Of two that are put at one place only the last gets a gradient.
  const Tensor values = tensor({1, 2}, {.dtype = float64, .requires_grad = true});
  CHECK(grad(sum(index_put(zeros({3}, f64), {twice}, values)), values).to_vector<double>() ==
        std::vector<double>{0, 1});
}

TEST_CASE("scatter_reduce by hand", "[scatter_reduce]") {
  const Tensor x = tensor({5, 1, 2}, {.dtype = float64, .requires_grad = true});
  const Tensor source = tensor({5, 7, 3}, {.dtype = float64, .requires_grad = true});
  const Tensor index = tensor({0, 1, 1}, whole);
  const Tensor y = scatter_reduce(x, 0, index, source, Reduce::amax);
  CHECK(difference(y, tensor({5, 7, 2}, f64)) == 0);
  const auto tied = grad({sum(y)}, {x, source});  // 5 and 5 share
  CHECK(difference(tied[0], tensor({0.5, 0, 1}, f64)) == 0);
  CHECK(difference(tied[1], tensor({0.5, 1, 0}, f64)) == 0);
  CHECK(difference(scatter_reduce(x, 0, index, source, Reduce::prod), tensor({25, 21, 2}, f64)) == 0);
  CHECK(difference(scatter_reduce(x, 0, index, source, Reduce::mean, false), tensor({5, 5, 2}, f64)) == 0);
  CHECK(integers(scatter_reduce(arange(3), 0, index, arange(3), Reduce::prod)) == Integers{0, 2, 2});
  CHECK(scatter_reduce(tensor(2.0), 0, tensor(0, whole), tensor(3.0), Reduce::sum).item<float>() == 5);
  // Zeros among the factors: d(0 * 3)/d0 = 3.
  const Tensor zero = tensor({0, 3}, {.dtype = float64, .requires_grad = true});
  const Tensor p = scatter_reduce(ones({1}, f64), 0, tensor({0, 0}, whole), zero, Reduce::prod);
  CHECK(difference(grad(sum(p), zero), tensor({3, 0}, f64)) == 0);
}

TEST_CASE("moving, diagonals and masks say what is wrong", "[rearrange][diagonal][masked][error]") {
  const Tensor x = zeros({2, 3});
  CHECK_THROWS_WITH(roll(x, {1, 2}),
                    Contains("roll: 2 shifts were given without dimensions; needs one (arranging_test.cpp:"));
  CHECK_THROWS_WITH(roll(x, {1, 2}, 0), Contains("2 shifts were given for 1 dimensions"));
  CHECK_THROWS_WITH(repeat(x, 2), Contains("repeat: 1 counts were given for [2, 3]"));
  CHECK_THROWS_WITH(repeat(x, {1, -1}), Contains("a count of -1 was given"));
  CHECK_THROWS_WITH(repeat_interleave(x, tensor({1, 1}, whole), 1),
                    Contains("needs one for each of the 3 slices"));
  CHECK_THROWS_AS(repeat_interleave(x, tensor({1, -1}, whole), 0), ValueError);
  CHECK_THROWS_AS(repeat_interleave(x, ones({2}), 0), DTypeError);
  CHECK_THROWS_WITH(movedim(x, {0, 1}, 0), Contains("movedim: dimensions [0, 1] cannot be moved to [0]"));
  CHECK_THROWS_AS(movedim(x, {0, 0}, {0, 1}), ValueError);
  CHECK_THROWS_WITH(t(zeros({2, 3, 4})), Contains("t: given [2, 3, 4]; needs at most two dimensions"));
  CHECK_THROWS_WITH(meshgrid({}), Contains("meshgrid: given no axes"));
  CHECK_THROWS_WITH(meshgrid({x}), Contains("axis 0 is [2, 3]; needs one dimension"));
  CHECK_THROWS_WITH(diagonal(x, 0, 1, -1), Contains("diagonal: dimension 1 was given twice"));
  CHECK_THROWS_WITH(trace(zeros({2})), Contains("trace: given [2]; needs a matrix"));
  CHECK_THROWS_WITH(diag(zeros({2, 2, 2})), Contains("diag: given [2, 2, 2]; needs a vector or a matrix"));
  CHECK_THROWS_WITH(masked_select(x, x), Contains("masked_select: the mask is float32; needs bool"));
  CHECK_THROWS_WITH(take(x, tensor({6}, whole)), Contains("take: index 6 at [0] is out of range"));
  CHECK_THROWS_WITH(index(x, {tensor({2}, whole)}), Contains("index: index 2 at [0] is out of range"));
  CHECK_THROWS_WITH(index(x, {}), Contains("0 tensors of indices were given for [2, 3]"));
  CHECK_THROWS_WITH(index_put(x, {tensor({1, 1}, whole)}, ones({2, 2})),
                    Contains("index_put: the values are [2, 2]; they must broadcast to [2, 3]"));
  CHECK_THROWS_AS(index_put(x, {tensor({1}, whole)}, ones({3}, f64)), DTypeError);
  CHECK_THROWS_WITH(scatter_reduce(x, 0, tensor({{0}}, whole), zeros({1}), Reduce::sum),
                    Contains("the index is [1, 1] but the source is [1]"));
  CHECK_THROWS_AS(scatter_reduce(x, 0, tensor({{2}}, whole), zeros({1, 1}), Reduce::amax), IndexError);
  CHECK_THROWS_AS(scatter_reduce(arange(3), 0, tensor({0}, whole), arange(1), Reduce::mean), DTypeError);
}

}  // namespace gradus::arranging_test
