// Products by equation, systems of equations, inverses, determinants.
#include <cstdlib>

#include "forms.hpp"

namespace {

using namespace gradus;

/// x, made diagonally dominant, so that it is far from singular.
Tensor regular(const Tensor& x) { return x + eye(x.size(-1), -1, {.dtype = x.dtype()}) * 5; }
Tensor positive_definite(const Tensor& x) {
  const Tensor square = matmul(x, transpose(x, -1, -2));
  return square + eye(x.size(-1), -1, {.dtype = x.dtype()});
}

/// A square matrix or a batch of them.
Shape matrices(Draw& draw) {
  const std::int64_t n = draw.size(3);
  return draw.flag() ? Shape{draw.size(2, true), n, n} : Shape{n, n};
}

/// A function of one regular matrix.
template <class F>
GradcheckCase of_matrix(const char* name, F f) {
  return {name, [=](Draw& draw) {
            draw.input("x", matrices(draw), {.low = -1, .high = 1});
            return trial(draw, fmt::format("{}(x + eye(x.size(-1), -1, {{.dtype = x.dtype()}}) * 5)", name),
                         [=](const Inputs& in) { return f(regular(in[0])); });
          }};
}

struct Equation {
  const char* text;
  std::vector<Shape> shapes;
};

const GradcheckCases matrix_products{{
    {"einsum",
     [](Draw& draw) {
       const auto equation = draw.one_of<Equation>({{"ij,jk->ik", {{2, 3}, {3, 2}}},
                                                    {"ii->i", {{3, 3}}},
                                                    {"ij->ji", {{2, 3}}},
                                                    {"bi,bi->b", {{2, 3}, {2, 3}}},
                                                    {"...ij,...jk->...ik", {{2, 1, 3}, {3, 2}}},
                                                    {"i,j,k->", {{2}, {3}, {2}}}});
       std::string names;
       for (std::size_t i = 0; i < equation.shapes.size(); ++i) {
         draw.input(fmt::format("x{}", i), equation.shapes[i]);
         names += fmt::format("{}x{}", i == 0 ? "" : ", ", i);
       }
       return trial(draw, fmt::format("einsum(\"{}\", {{{}}})", equation.text, names),
                    [=](const Inputs& in) { return einsum(equation.text, in); });
     }},
    {"tensordot",
     [](Draw& draw) {
       const std::int64_t count = draw.integer(0, 2), k = draw.size(3);
       draw.input("a", {2, k, 3});
       draw.input("b", count == 2 ? Shape{k, 3, 2} : count == 1 ? Shape{3, 2} : Shape{2});
       return trial(draw, fmt::format("tensordot(a, b, {})", count),
                    [=](const Inputs& in) { return tensordot(in[0], in[1], count); });
     }},
    {"mm",
     [](Draw& draw) {
       const std::int64_t k = draw.size(4, true);
       draw.input("a", {draw.size(), k});
       draw.input("b", {k, draw.size()});
       return trial(draw, "mm(a, b)", [](const Inputs& in) { return mm(in[0], in[1]); });
     }},
    {"mv",
     [](Draw& draw) {
       const std::int64_t k = draw.size(4, true);
       draw.input("a", {draw.size(), k});
       draw.input("x", {k});
       return trial(draw, "mv(a, x)", [](const Inputs& in) { return mv(in[0], in[1]); });
     }},
    {"addmm",
     [](Draw& draw) {
       const std::int64_t m = draw.size(), k = draw.size(), n = draw.size();
       draw.input("x", draw.flag() ? Shape{m, n} : Shape{n});
       draw.input("a", {m, k});
       draw.input("b", {k, n});
       return trial(draw, "addmm(x, a, b, {.beta = 0.5, .alpha = 2})",
                    [](const Inputs& in) { return addmm(in[0], in[1], in[2], {.beta = 0.5, .alpha = 2}); });
     }},
    {"baddbmm",
     [](Draw& draw) {
       const std::int64_t b = draw.size(2), m = draw.size(3), k = draw.size(3), n = draw.size(3);
       draw.input("x", {b, m, n});
       draw.input("a", {b, m, k});
       draw.input("b", {b, k, n});
       return trial(draw, "baddbmm(x, a, b, {.beta = 0.5, .alpha = 2})",
                    [](const Inputs& in) { return baddbmm(in[0], in[1], in[2], {.beta = 0.5, .alpha = 2}); });
     }},
    {"addmv",
     [](Draw& draw) {
       const std::int64_t m = draw.size(), n = draw.size();
       draw.input("y", {m});
       draw.input("a", {m, n});
       draw.input("x", {n});
       return trial(draw, "addmv(y, a, x)", [](const Inputs& in) { return addmv(in[0], in[1], in[2]); });
     }},
}};

/// x, whose singular values keep apart: what is drawn, scaled down, beside a diagonal of 1, 2, ...
Tensor spread(const Tensor& x) {
  const Tensor steps = arange(1, static_cast<double>(x.size(-1)) + 1, 1, {.dtype = x.dtype()});
  return x + eye(x.size(-2), x.size(-1), {.dtype = x.dtype()}) * steps * 4;
}
std::string spread_code(std::string_view x) {
  return fmt::format(
      "({0} + eye({0}.size(-2), {0}.size(-1), {{.dtype = {0}.dtype()}}) * arange(1, {0}.size(-1) + 1.0, 1, "
      "{{.dtype = {0}.dtype()}}) * 4)",
      x);
}

/// A function of a matrix of any shape, or a batch of them, with singular values apart; `code` has a {} for
/// it.
template <class F>
GradcheckCase of_factors(const char* name, const char* code, F f) {
  return {name, [=](Draw& draw) {
            const std::int64_t n = draw.size(3), m = draw.size(3);
            draw.input("x", draw.flag() ? Shape{2, n, m} : Shape{n, m}, {.low = -1, .high = 1});
            return trial(draw, fmt::format(fmt::runtime(code), spread_code("x")),
                         [=](const Inputs& in) { return f(spread(in[0])); });
          }};
}

const GradcheckCases factors{{
    // Squares, for signs turn where a column has zeros below the diagonal.
    of_factors("qr", "square(qr({}).r)", [](const Tensor& x) { return square(qr(x).r); }),
    of_factors("svd", "[](SVD f) {{ return matmul(f.u, f.vh); }}(svd({}))",
               [](const Tensor& x) {
                 const auto [u, s, vh] = svd(x);
                 return matmul(u, vh);
               }),
    of_factors("svdvals", "svdvals({})", [](const Tensor& x) { return svdvals(x); }),
    of_factors("lu", "[](LU f) {{ return matmul(f.p, matmul(f.l, square(f.u))); }}(lu({}))",
               [](const Tensor& x) {
                 const auto [p, l, u] = lu(x);
                 return matmul(p, matmul(l, square(u)));
               }),
    of_factors("cond", "cond({})", [](const Tensor& x) { return cond(x); }),
    {"matrix_norm",
     [](Draw& draw) {
       const auto p =
           draw.one_of<std::string>({"1", "-1", "2", "-2", "INFINITY", "-INFINITY", "MatrixNorm::nuclear"});
       draw.input("x", {draw.size(3), draw.size(3)}, {.low = -1, .high = 1});
       return trial(draw, fmt::format("matrix_norm({}, {})", spread_code("x"), p), [=](const Inputs& in) {
         const Tensor x = spread(in[0]);
         return p[0] == 'M' ? matrix_norm(x, MatrixNorm::nuclear)
                            : matrix_norm(x, std::strtod(p.c_str(), nullptr));
       });
     }},
    of_factors("pinverse", "pinverse({})", [](const Tensor& x) { return pinverse(x); }),
    {"eigh",
     [](Draw& draw) {
       draw.input("x", matrices(draw), {.low = -1, .high = 1});
       const std::string x = spread_code("x");
       return trial(draw, fmt::format("square(eigh({0} + transpose({0}, -1, -2)).vectors)", x),
                    [](const Inputs& in) {
                      const Tensor a = spread(in[0]);
                      return square(eigh(a + transpose(a, -1, -2)).vectors);
                    });
     }},
    {"eigvalsh",
     [](Draw& draw) {
       draw.input("x", matrices(draw), {.low = -1, .high = 1});
       const std::string x = spread_code("x");
       return trial(draw, fmt::format("eigvalsh({0} + transpose({0}, -1, -2))", x), [](const Inputs& in) {
         const Tensor a = spread(in[0]);
         return eigvalsh(a + transpose(a, -1, -2));
       });
     }},
    {"eigvals",
     [](Draw& draw) {
       const std::int64_t n = draw.size(3);
       draw.input("x", {n, n}, {.low = -1, .high = 1});
       return trial(draw, fmt::format("sum(square(eigvals({})), -2)", spread_code("x")),
                    [](const Inputs& in) { return sum(square(eigvals(spread(in[0]))), -2); });
     }},
    {"eig",
     [](Draw& draw) {
       const std::int64_t n = draw.size(3);
       draw.input("x", {n, n}, {.low = -1, .high = 1});
       return trial(draw, fmt::format("sum(square(eig({}).vectors), -1)", spread_code("x")),
                    [](const Inputs& in) { return sum(square(eig(spread(in[0])).vectors), -1); });
     }},
    {"lstsq",
     [](Draw& draw) {
       const std::int64_t n = draw.size(3), m = draw.size(3);
       draw.input("a", {n, m}, {.low = -1, .high = 1});
       draw.input("b", {n, draw.size(2)});
       return trial(draw, fmt::format("lstsq({}, b)", spread_code("a")),
                    [](const Inputs& in) { return lstsq(spread(in[0]), in[1]); });
     }},
    {"matrix_exp",
     [](Draw& draw) {
       draw.input("x", matrices(draw), {.low = -1, .high = 1});
       return trial(draw, "matrix_exp(x)", [](const Inputs& in) { return matrix_exp(in[0]); });
     }},
    {"vander",
     [](Draw& draw) {
       const VanderOptions o{.columns = draw.integer(0, 4), .increasing = draw.flag()};
       draw.input("x", {draw.size(3, true)});
       return trial(draw,
                    fmt::format("vander(x, {{.columns = {}, .increasing = {}}})", o.columns, o.increasing),
                    [=](const Inputs& in) { return vander(in[0], o); });
     }},
    {"renorm",
     [](Draw& draw) {
       const std::int64_t dim = draw.integer(0, 1);
       draw.input("x", {draw.size(3), draw.size(3)}, {.ties = false});
       return trial(draw, fmt::format("renorm(x, 2, {}, 1)", dim),
                    [=](const Inputs& in) { return renorm(in[0], 2, dim, 1); });
     }},
    {"normalize",
     [](Draw& draw) {
       draw.input("x", {draw.size(3), draw.size(3)}, {.low = 0.5, .high = 2});
       return trial(draw, "normalize(x)", [](const Inputs& in) { return normalize(in[0]); });
     }},
    {"bilinear",
     [](Draw& draw) {
       const std::int64_t n = draw.size(2, true), in1 = draw.size(3), in2 = draw.size(3), out = draw.size(2);
       draw.input("x1", {n, in1});
       draw.input("x2", {n, in2});
       draw.input("weight", {out, in1, in2});
       draw.input("bias", {out});
       return trial(draw, "bilinear(x1, x2, weight, bias)",
                    [](const Inputs& in) { return bilinear(in[0], in[1], in[2], in[3]); });
     }},
}};

const GradcheckCases systems{{
    of_matrix("inverse", [](const Tensor& x) { return inverse(x); }),
    of_matrix("det", [](const Tensor& x) { return det(x); }),
    of_matrix("logdet", [](const Tensor& x) { return logdet(x); }),
    {"slogdet",
     [](Draw& draw) {
       draw.input("x", matrices(draw), {.low = -1, .high = 1});
       return trial(draw, "slogdet(x + eye(x.size(-1), -1, {.dtype = x.dtype()}) * 5).logabsdet",
                    [](const Inputs& in) { return slogdet(regular(in[0])).logabsdet; });
     }},
    {"matrix_power",
     [](Draw& draw) {
       const std::int64_t n = draw.integer(-2, 3);
       draw.input("x", matrices(draw), {.low = -1, .high = 1});
       return trial(draw,
                    fmt::format("matrix_power(x + eye(x.size(-1), -1, {{.dtype = x.dtype()}}) * 5, {})", n),
                    [=](const Inputs& in) { return matrix_power(regular(in[0]), n); });
     }},
    {"solve",
     [](Draw& draw) {
       const Shape shape = matrices(draw);
       draw.input("a", shape, {.low = -1, .high = 1});
       draw.input("b", {shape.back(), draw.size(2)});
       return trial(draw, "solve(a + eye(a.size(-1), -1, {.dtype = a.dtype()}) * 5, b)",
                    [](const Inputs& in) { return solve(regular(in[0]), in[1]); });
     }},
    {"solve_triangular",
     [](Draw& draw) {
       const SolveTriangularOptions o{
           .upper = draw.flag(), .left = draw.flag(), .unitriangular = draw.flag()};
       const std::int64_t n = draw.size(3), m = draw.size(3);
       draw.input("a", {n, n}, {.low = -1, .high = 1});
       draw.input("b", o.left ? Shape{n, m} : Shape{m, n});
       return trial(draw,
                    fmt::format("solve_triangular(a + eye(a.size(-1), -1, {{.dtype = a.dtype()}}) * 5, b, "
                                "{{.upper = {}, .left = {}, .unitriangular = {}}})",
                                o.upper, o.left, o.unitriangular),
                    [=](const Inputs& in) { return solve_triangular(regular(in[0]), in[1], o); });
     }},
    {"triangular_solve",
     [](Draw& draw) {
       const TriangularSolveOptions o{.upper = draw.flag(), .transpose = draw.flag()};
       const std::int64_t n = draw.size(3);
       draw.input("b", {n, draw.size(3)});
       draw.input("a", {n, n}, {.low = -1, .high = 1});
       return trial(draw,
                    fmt::format("triangular_solve(b, a + eye(a.size(-1), -1, {{.dtype = a.dtype()}}) * 5, "
                                "{{.upper = {}, .transpose = {}}})",
                                o.upper, o.transpose),
                    [=](const Inputs& in) { return triangular_solve(in[0], regular(in[1]), o); });
     }},
    {"cholesky",
     [](Draw& draw) {
       draw.input("x", matrices(draw), {.low = -1, .high = 1});
       return trial(draw,
                    "cholesky(matmul(x, transpose(x, -1, -2)) + eye(x.size(-1), -1, {.dtype = x.dtype()}))",
                    [](const Inputs& in) { return cholesky(positive_definite(in[0])); });
     }},
    {"lu_solve",
     [](Draw& draw) {
       const Shape shape = matrices(draw);
       draw.input("a", shape, {.low = -1, .high = 1});
       draw.input("b", {shape.back(), draw.size(2)});
       return trial(draw, "lu_solve(b, lu(a + eye(a.size(-1), -1, {.dtype = a.dtype()}) * 5))",
                    [](const Inputs& in) { return lu_solve(in[1], lu(regular(in[0]))); });
     }},
    {"cholesky_inverse",
     [](Draw& draw) {
       const std::int64_t n = draw.size(3);
       draw.input("l", {n, n}, {.low = -1, .high = 1});
       return trial(draw, "cholesky_inverse(tril(l) + eye(l.size(-1), -1, {.dtype = l.dtype()}) * 5)",
                    [](const Inputs& in) { return cholesky_inverse(regular(tril(in[0]))); });
     }},
    {"cholesky_solve",
     [](Draw& draw) {
       const std::int64_t n = draw.size(3);
       draw.input("b", {n, draw.size(2)});
       draw.input("l", {n, n}, {.low = -1, .high = 1});
       return trial(draw, "cholesky_solve(b, tril(l) + eye(l.size(-1), -1, {.dtype = l.dtype()}) * 5)",
                    [](const Inputs& in) { return cholesky_solve(in[0], regular(tril(in[1]))); });
     }},
}};

}  // namespace
