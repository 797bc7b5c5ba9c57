#include <gradus/autograd/ops.hpp>
#include <gradus/autograd/print.hpp>

#include <limits>
#include <sstream>

#include "support/catch.hpp"

namespace gradus::print_test {

namespace {
constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double NaN = std::numeric_limits<double>::quiet_NaN();
}  // namespace

TEST_CASE("a matrix is printed in aligned columns", "[print]") {
  CHECK(to_string(tensor({{1, -2.5}, {0.125, 40}})) ==
        "tensor([[ 1.0000, -2.5000],\n"
        "        [ 0.1250, 40.0000]])");
  CHECK(to_string(tensor({1, 2, 30})) == "tensor([ 1.,  2., 30.])");
  CHECK(to_string(tensor(2.5)) == "tensor(2.5000)");
}

TEST_CASE("printing separates the blocks of three dimensions by an empty line", "[print]") {
  CHECK(to_string(view(arange(8), {2, 2, 2})) ==
        "tensor([[[0, 1],\n"
        "         [2, 3]],\n"
        "\n"
        "        [[4, 5],\n"
        "         [6, 7]]])");
}

TEST_CASE("printing follows strides", "[print]") {
  const Tensor x = view(arange(6), {2, 3});
  CHECK(to_string(transpose(x, 0, 1)) == "tensor([[0, 3],\n        [1, 4],\n        [2, 5]])");
  CHECK(to_string(slice(x, 1, 0, 3, 2)) == "tensor([[0, 2],\n        [3, 5]])");
  CHECK(to_string(expand(tensor({7}, {.dtype = int64}), {3})) == "tensor([7, 7, 7])");
}

TEST_CASE("printing says the dtype where the elements do not", "[print]") {
  CHECK(to_string(tensor({0.5}, {.dtype = float64})) == "tensor([0.5000], dtype=float64)");
  CHECK(to_string(tensor({5, -20}, {.dtype = int64})) == "tensor([  5, -20])");
  CHECK(to_string(tensor({5}, {.dtype = uint8})) == "tensor([5], dtype=uint8)");
  CHECK(to_string(tensor({1, 0}, {.dtype = boolean})) == "tensor([ true, false])");
}

TEST_CASE("empty and undefined tensors are printed", "[print]") {
  CHECK(to_string(zeros({0})) == "tensor([])");
  CHECK(to_string(zeros({2, 0, 3}, {.dtype = int64})) == "tensor([], shape=[2, 0, 3], dtype=int64)");
  CHECK(to_string(Tensor()) == "tensor(undefined)");
}

TEST_CASE("printing takes numbers that are not finite, and the notation that suits the others", "[print]") {
  CHECK(to_string(tensor({NaN, -NaN, inf, -inf, -0.0, 2})) == "tensor([ nan,  nan,  inf, -inf,  -0.,   2.])");
  CHECK(to_string(tensor({NaN, 0.5})) == "tensor([   nan, 0.5000])");
  CHECK(to_string(tensor({1, 10000})) == "tensor([    1., 10000.])");
  CHECK(to_string(tensor({0.5, 1e9})) == "tensor([5.0000e-01, 1.0000e+09])");
  CHECK(to_string(tensor({1e-5, 0})) == "tensor([1.0000e-05, 0.0000e+00])");
  CHECK(to_string(tensor({0.25, 500.5})) == "tensor([2.5000e-01, 5.0050e+02])");
  CHECK(to_string(tensor({inf, NaN})) == "tensor([inf, nan])");
  const std::int64_t large = (std::int64_t{1} << 62) + 1;
  CHECK(to_string(from_vector<std::int64_t>({large}, {1})) == "tensor([4611686018427387905])");
}

TEST_CASE("large tensors are shortened to their edges", "[print]") {
  CHECK(to_string(arange(1001)) == "tensor([   0,    1,    2, ...,  998,  999, 1000], shape=[1001])");
  const std::string whole = to_string(arange(1000));
  CHECK(whole.find("...") == std::string::npos);
  CHECK(to_string(view(arange(2000), {400, 5})) ==
        "tensor([[   0,    1,    2,    3,    4],\n"
        "        [   5,    6,    7,    8,    9],\n"
        "        [  10,   11,   12,   13,   14],\n"
        "        ...,\n"
        "        [1985, 1986, 1987, 1988, 1989],\n"
        "        [1990, 1991, 1992, 1993, 1994],\n"
        "        [1995, 1996, 1997, 1998, 1999]], shape=[400, 5])");
}

TEST_CASE("long rows are broken at 80 columns", "[print]") {
  CHECK(to_string(arange(100, 120)) ==
        "tensor([100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112, 113,\n"
        "        114, 115, 116, 117, 118, 119])");
}

TEST_CASE("printing shows the place on the tape", "[print]") {
  Tensor x = tensor({1, 2}, {.requires_grad = true});
  CHECK(to_string(x) == "tensor([1., 2.], requires_grad)");
  CHECK(to_string(x * 2) == "tensor([2., 4.], op=mul)");
  CHECK(to_string((x * 2).detach()) == "tensor([2., 4.])");
  x.set_name("fc1.bias");
  CHECK(to_string(x) == "tensor([1., 2.], name=fc1.bias, requires_grad)");
}

TEST_CASE("tensors go through fmt and streams", "[print]") {
  const Tensor x = tensor({0.125, 1});
  std::ostringstream out;
  out << x;
  CHECK(out.str() == "tensor([0.1250, 1.0000])");
  CHECK(fmt::format("{}", x) == out.str());
  CHECK(fmt::format("x = {:.2}.", x) == "x = tensor([0.12, 1.00]).");
}

}  // namespace gradus::print_test
