#include <gradus/autograd/ops/index.hpp>

#include <bit>
#include <limits>

#include <gradus/autograd/gradcheck.hpp>
#include <gradus/autograd/kernels/parallel.hpp>
#include <gradus/autograd/ops.hpp>

#include "support/catch.hpp"
#include "support/fixtures.hpp"
#include "support/sanitized.hpp"
#include "support/strided.hpp"

namespace gradus::index_test {
using test::difference;
using test::fixtures;
using test::strided;
using test::variable;

namespace {

using Values = std::vector<float>;
const auto contains = [](const std::string& text) { return Catch::Matchers::Contains(text); };
constexpr TensorOptions integers{.dtype = int64}, f64{.dtype = float64};

/// An int64 tensor in a layout that is not row-major.
Tensor transposed(const Tensor& index) { return test::reversed_layout(index); }

}  // namespace

TEST_CASE("index_select takes slices in the given order, repeated ones too", "[index]") {
  const Tensor x = reshape(arange(0, 6, 1, {}), {2, 3});
  const Tensor index = tensor({2, 0, 2}, integers);
  CHECK(index_select(x, 1, index).to_vector<float>() == Values{2, 0, 2, 5, 3, 5});
  CHECK(index_select(transpose(x, 0, 1), 0, index).to_vector<float>() == Values{2, 5, 0, 3, 2, 5});
  CHECK(index_select(x, -2, tensor({1}, integers)).to_vector<float>() == Values{3, 4, 5});
  CHECK(index_select(expand(ones({2, 1}), {2, 4}), 1, slice(index, 0, 0, 3, 2)).to_vector<float>() ==
        Values(4, 1));
  CHECK(index_select(x, 0, zeros(0, integers)).shape() == Shape{0, 3});
  CHECK(index_select(zeros({3, 0}), 0, index).shape() == Shape{3, 0});
  CHECK(index_select(tensor({true, false}, {.dtype = boolean}), 0, tensor({1, 0}, integers))
            .to_vector<bool>() == std::vector<bool>{false, true});
}

TEST_CASE("index_add adds where indices repeat, and leaves x alone", "[index]") {
  const Tensor x = ones({2, 2});
  const Tensor source = tensor({{1, 2}, {10, 20}, {100, 200}});
  CHECK(index_add(x, 0, tensor({1, 1, 0}, integers), source).to_vector<float>() == Values{101, 201, 12, 23});
  CHECK(index_add(x, 1, tensor({0, 0, 0}, integers), transpose(source, 0, 1)).to_vector<float>() ==
        Values{112, 1, 223, 1});
  CHECK(x.to_vector<float>() == Values(4, 1));
  CHECK(index_add(x, 0, zeros(0, integers), zeros({0, 2})).to_vector<float>() == Values(4, 1));
}

TEST_CASE("gather reads one place per index", "[index]") {
  const Tensor x = tensor({{1, 2, 3}, {4, 5, 6}});
  CHECK(gather(x, 1, tensor({{2}, {0}}, integers)).to_vector<float>() == Values{3, 4});
  CHECK(gather(x, 0, tensor({{1, 0, 1}}, integers)).to_vector<float>() == Values{4, 2, 6});
  const Tensor index = tensor({{0, 0, 1, 2}}, integers);  // fewer rows, more columns than x
  CHECK(gather(x, -1, index).to_vector<float>() == Values{1, 1, 2, 3});
  CHECK(gather(x, 0, transposed(tensor({{0, 1}, {1, 0}, {1, 1}}, integers))).to_vector<float>() ==
        Values{1, 5, 4, 2, 4, 5});
  CHECK(gather(tensor(7.0), 0, tensor(0, integers)).item<float>() == 7);
  CHECK(gather(x, 1, zeros({2, 0}, integers)).shape() == Shape{2, 0});
}

TEST_CASE("scatter_add adds at one place per index", "[index]") {
  const Tensor x = zeros({2, 3});
  const Tensor source = tensor({{1, 2}, {3, 4}});
  CHECK(scatter_add(x, 1, tensor({{2, 2}, {0, 1}}, integers), source).to_vector<float>() ==
        Values{0, 0, 3, 3, 4, 0});
  CHECK(scatter_add(x, 0, tensor({{1, 0}}, integers), source).to_vector<float>() == Values{0, 2, 0, 1, 0, 0});
  CHECK(scatter_add(tensor(7.0), 0, tensor(0, integers), tensor(1.0)).item<float>() == 8);
  CHECK(scatter_add(arange(3), 0, tensor({1, 1}, integers), tensor({5, 6}, integers))
            .to_vector<std::int64_t>() == std::vector<std::int64_t>{0, 12, 2});
}

TEST_CASE("gather and scatter_add agree with PyTorch", "[index]") {
  for (auto& f : fixtures("ops.json", "gather")) {
    CAPTURE(f.name);
    Tensor x = f.inputs["x"];
    x.requires_grad_();
    const Tensor y = gather(x, f.options.integer("dim", 0), f.inputs["index"]);
    CHECK(difference(y, f.outputs["y"]) < 1e-15);
    y.backward(f.cotangent);
    CHECK(difference(x.grad(), f.grads["x"]) < 1e-15);
  }
  for (auto& f : fixtures("ops.json", "scatter_add")) {
    CAPTURE(f.name);
    Tensor x = f.inputs["x"], source = f.inputs["source"];
    x.requires_grad_();
    source.requires_grad_();
    const Tensor y = scatter_add(x, f.options.integer("dim", 0), f.inputs["index"], source);
    CHECK(difference(y, f.outputs["y"]) < 1e-15);
    y.backward(f.cotangent);
    CHECK(difference(x.grad(), f.grads["x"]) < 1e-15);
    CHECK(difference(source.grad(), f.grads["source"]) < 1e-15);
  }
  for (auto& f : fixtures("ops.json", "index_select")) {
    Tensor x = f.inputs["x"];
    const Tensor y = index_select(x.requires_grad_(), f.options.integer("dim", 0), f.inputs["index"]);
    CHECK(difference(y, f.outputs["y"]) < 1e-15);
    y.backward(f.cotangent);
    CHECK(difference(x.grad(), f.grads["x"]) < 1e-15);
  }
}

TEST_CASE("index_select and index_add agree with central differences", "[index][gradient]") {
  const Tensor index = tensor({2, 0, 2, 1}, integers);
  for (const Tensor& x : strided(variable({2, 3, 2}))) {
    const auto selected = [&](const Tensor& v) { return index_select(v * v, 1, index); };
    CHECK(gradcheck(selected, {x}));
    CHECK(gradgradcheck(selected, {x}));
    for (const Tensor& source : strided(variable({2, 4, 2}, 2))) {
      const auto added = [&](const Tensor& v, const Tensor& s) { return index_add(v * v, 1, index, s * s); };
      CHECK(gradcheck(added, {x, source}));
      CHECK(gradgradcheck(added, {x, source}));
    }
  }
}

TEST_CASE("gather and scatter_add agree with central differences", "[index][gradient]") {
  const std::int64_t dim = GENERATE(0, 1);
  const Tensor index = dim == 0 ? tensor({{2, 0}, {2, 1}, {2, 2}, {0, 1}}, integers)
                                : tensor({{1, 0, 1, 1}, {0, 0, 1, 1}}, integers);
  for (const Tensor& x : strided(variable({3, 2})))
    for (const Tensor& i : strided(index)) {
      const auto read = [&](const Tensor& v) { return gather(v * v, dim, i); };
      CHECK(gradcheck(read, {x}));
      CHECK(gradgradcheck(read, {x}));
      for (const Tensor& source : strided(variable({4, 5}, 2))) {
        const auto written = [&](const Tensor& v, const Tensor& s) {
          return scatter_add(v * v, dim, i, s * s);
        };
        CHECK(gradcheck(written, {x, source}, {.fast = test::sanitized}));
        CHECK(gradgradcheck(written, {x, source}, {.fast = test::sanitized}));
      }
    }
}

TEST_CASE("scatter writes one place per index, the last of several", "[index]") {
  const Tensor x = zeros({2, 3});
  const Tensor source = tensor({{1, 2}, {3, 4}});
  CHECK(scatter(x, 1, tensor({{2, 2}, {0, 1}}, integers), source).to_vector<float>() ==
        Values{0, 0, 2, 3, 4, 0});
  CHECK(scatter(x, 0, tensor({{1, 1}, {1, 0}}, integers), source).to_vector<float>() ==
        Values{0, 4, 0, 3, 2, 0});
  CHECK(scatter(zeros(2, {.dtype = boolean}), 0, tensor({1}, integers), ones(1, {.dtype = boolean}))
            .to_vector<bool>() == std::vector<bool>{false, true});
  CHECK(scatter(tensor(7.0), 0, tensor(0, integers), tensor(1.0)).item<float>() == 1);
}

TEST_CASE("scatter agrees with central differences, also where writes meet", "[index][gradient]") {
  for (const Tensor& x : strided(variable({3, 2})))
    for (const Tensor& source : strided(variable({4, 5}, 2))) {
      const auto down = [&](const Tensor& v, const Tensor& s) {
        return scatter(v * v, 0, tensor({{2, 0}, {2, 1}, {2, 2}}, integers), s * s);
      };
      CHECK(gradcheck(down, {x, source}));
      CHECK(gradgradcheck(down, {x, source}));
      const auto across = [&](const Tensor& v, const Tensor& s) {
        return scatter(v * v, -1, tensor({{1, 0, 1, 1}, {0, 0, 1, 1}}, integers), s * s);
      };
      CHECK(gradcheck(across, {x, source}));
      CHECK(gradgradcheck(across, {x, source}));
    }
}

TEST_CASE("scatter along the only dimension agrees with central differences", "[index][gradient]") {
  const auto line = [](const Tensor& v, const Tensor& s) {
    return scatter(v * v, 0, tensor({3, 1, 3, 0, 3}, integers), s * s);
  };
  CHECK(gradcheck(line, {variable({6}), variable({5}, 2)}));
  CHECK(gradgradcheck(line, {variable({6}), variable({5}, 2)}));
}

TEST_CASE("the gradient of scatter goes to the last source at each place, in every layout",
          "[index][gradient]") {
  Generator generator(3);
  const std::int64_t dim = GENERATE(0, 1, 2);
  const Shape shape{5, 37, 70};
  const Tensor x = randn(shape, f64, &generator), source = randn(shape, f64, &generator);
  const Tensor index = randint(0, shape[static_cast<std::size_t>(dim)], shape, integers, &generator);
  Tensor g = randn(shape, f64, &generator);
  g.mutable_span<double>()[3] = std::numeric_limits<double>::quiet_NaN();
  const auto bits = [](const Tensor& t) {
    std::vector<std::uint64_t> all;
    for (const double v : t.contiguous().to_vector<double>()) all.push_back(std::bit_cast<std::uint64_t>(v));
    return all;
  };
  const Tensor number = reshape(arange(index.numel()), shape);
  const Tensor last = gather(scatter(zeros(shape, integers), dim, index, number), dim, index) == number;
  const Tensor expected = where(last, gather(g, dim, index), 0);
  const auto turned = [](const Tensor& t) { return transpose(transpose(t, 0, 2).contiguous(), 0, 2); };
  for (const bool turn : {false, true}) {
    const auto way = [&](const Tensor& t) { return turn ? turned(t) : t; };
    Tensor v = way(x).detach().requires_grad_(), s = way(source).detach().requires_grad_();
    const Tensor y = scatter(v, dim, way(index), s);
    CHECK(bits(y) == bits(scatter(x, dim, index, source)));
    y.backward(way(g));
    CHECK(bits(s.grad()) == bits(expected));
    CHECK(bits(v.grad()) == bits(scatter(g, dim, index, zeros(shape, f64))));
    CHECK(bits(gather(way(x), dim, way(index))) == bits(gather(x, dim, index)));
    CHECK(bits(scatter_add(way(x), dim, way(index), way(source))) ==
          bits(scatter_add(x, dim, index, source)));
  }
}

TEST_CASE("sums at repeated indices are the same bits for any number of threads", "[index][threads]") {
  manual_seed(7);
  const std::int64_t n = 20000;
  const Tensor source = randn({n, 70}), places = randint(0, 9, {n});
  const Tensor grid = randint(0, 9, {n, 70});
  const auto run = [&] {
    return std::vector<Tensor>{index_add(zeros({9, 70}), 0, places, source),
                               scatter_add(zeros({9, 70}), 0, grid, source),
                               index_add(zeros({70, 9}), 1, places, transpose(source, 0, 1))};
  };
  const auto many = run();
  const ThreadLimit one(1);
  const auto single = run();
  for (std::size_t i = 0; i < many.size(); ++i) {
    CHECK(many[i].to_vector<float>() == single[i].to_vector<float>());
    CHECK(many[i].shape().size() == 2);
  }
  CHECK(transpose(many[2], 0, 1).to_vector<float>() ==
        many[0].to_vector<float>());  // the same order of adding
  float expected = 0;
  for (std::int64_t i = 0; i < n; ++i)
    if (places.span<std::int64_t>()[static_cast<std::size_t>(i)] == 4)
      expected += source.span<float>()[static_cast<std::size_t>(i * 70 + 3)];
  CHECK(select(select(many[0], 0, 4), 0, 3).item<float>() == expected);
}

TEST_CASE("an index out of range is named with its place", "[index][error]") {
  const Tensor x = zeros({2, 3});
  CHECK_THROWS_WITH(
      index_select(x, 1, tensor({0, 3}, integers)),
      contains("index_select: index 3 at [1] is out of range for dimension 1 of [2, 3]; needs 0 "
               "<= index < 3 (index_test.cpp:"));
  constexpr auto least = std::numeric_limits<std::int64_t>::min(),
                 most = std::numeric_limits<std::int64_t>::max();
  for (const std::int64_t wrong : {least, least + 1, std::int64_t(-1), std::int64_t(3), most}) {
    Tensor many = zeros(100, integers);
    many.mutable_span<std::int64_t>()[77] = wrong;
    CHECK_THROWS_WITH(index_select(x, 1, many),
                      contains(fmt::format("index {} at [77] is out of range", wrong)));
  }
  CHECK_THROWS_AS(index_select(zeros({2, 0}), 1, zeros(1, integers)), IndexError);
  CHECK_THROWS_WITH(gather(x, 0, tensor({{0, 1, 0}, {1, 1, -1}}, integers)),
                    contains("gather: index -1 at [1, 2] is out of range for dimension 0 of [2, 3]"));
  CHECK_THROWS_AS(scatter_add(x, 0, tensor({{2}}, integers), ones({1, 1})), IndexError);
  CHECK_THROWS_AS(index_add(x, 0, tensor({-1}, integers), ones({1, 3})), IndexError);
  CHECK_THROWS_AS(index_select(x, 2, tensor({0}, integers)), IndexError);
}

TEST_CASE("a wrong index is found wherever it stands, and changes nothing", "[index][error]") {
  const Tensor x = ones({9, 11}), source = full({9, 11}, 2);
  for (const std::int64_t dim : {0, 1})
    for (const std::int64_t wrong : {std::int64_t{-1}, x.size(dim)})
      for (const std::int64_t row : {0, 8})
        for (const std::int64_t column : {0, 5, 10}) {
          Tensor dense = zeros({9, 11}, integers);
          dense.mutable_span<std::int64_t>()[static_cast<std::size_t>(row * 11 + column)] = wrong;
          for (const Tensor& index : {dense, transposed(dense), slice(cat({dense, dense}, 1), 1, 0, 11, 1)}) {
            CAPTURE(dim, wrong, row, column);
            const auto text = contains(fmt::format(
                "index {} at [{}, {}] is out of range for dimension {} of [9, 11]", wrong, row, column, dim));
            CHECK_THROWS_WITH(gather(x, dim, index), text);
            CHECK_THROWS_WITH(scatter(x, dim, index, source), text);
            CHECK_THROWS_WITH(scatter_add(x, dim, index, source), text);
          }
        }
  CHECK(equal(x, ones({9, 11})));
}

TEST_CASE("indices of a wrong dtype or shape are refused", "[index][error]") {
  const Tensor x = zeros({2, 3});
  CHECK_THROWS_WITH(index_select(x, 1, tensor({0})), contains("the index is float32; needs int64"));
  CHECK_THROWS_WITH(index_select(x, 1, tensor({{0}}, integers)),
                    contains("the index is [1, 1]; needs one dimension"));
  CHECK_THROWS_WITH(index_select(tensor(1.0), 0, tensor({0}, integers)),
                    contains("a 0-d tensor has no dimension"));
  CHECK_THROWS_WITH(gather(x, 1, tensor({0}, integers)), contains("the index is [1] but x is [2, 3]"));
  CHECK_THROWS_WITH(
      gather(x, 1, zeros({3, 1}, integers)),
      contains("the index is [3, 1] but x is [2, 3]; needs the same rank and, but for dimension 1, "
               "no larger sizes"));
  CHECK_THROWS_WITH(scatter_add(x, 1, zeros({2, 2}, integers), zeros({2, 1})),
                    contains("the index is [2, 2] but the source is [2, 1]"));
  CHECK_THROWS_WITH(scatter_add(x, 1, zeros({2, 2}, integers), zeros({2, 2}, {.dtype = float64})),
                    contains("x is float32 but the source is float64"));
  CHECK_THROWS_WITH(index_add(x, 1, zeros(2, integers), zeros({2, 3})),
                    contains("the source is [2, 3]; 2 indices into dimension 1 of [2, 3] need [2, 2]"));
}

TEST_CASE("an index changed before backward is an error, not a wrong gradient", "[index][error]") {
  const Tensor x = variable({3});
  Tensor index = tensor({0, 2}, integers);
  const Tensor y = sum(index_select(x, 0, index));
  index.fill_(1);
  CHECK_THROWS_AS(y.backward(), GraphError);
}

}  // namespace gradus::index_test
