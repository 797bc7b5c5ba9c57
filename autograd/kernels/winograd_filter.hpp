#pragma once

#include <cstddef>
#include <cstdint>

/// The transforms of minimal filtering along one axis; along both axes of a square they are those of its
/// two-dimensional form. Filters of 3 values, evaluated at finite points p and at infinity, Winograd, 1980.
/// Lavin and Gray call the matrices Bᵀ, G and Aᵀ. A value is one channel or a register of Ts.
namespace gradus::kernels::winograd {

/// How many products take as long as the transforms of a patch, for each channel on either side, and of a
/// kernel: as measured, with registers of 64 bytes and narrower ones.
struct Costs {
  std::int64_t patch, kernel;
};

/// F(2, 3): the points 0, 1, -1 and infinity. 2.25 times fewer products for a square.
template <class T>
struct Twos {
  static constexpr std::size_t places = 2, side = 4;
  static constexpr std::int64_t points = 16;  // of a square
  static constexpr Costs wide{100, 300}, narrow{400, 300};

  static constexpr auto pixels_to_points = [](const auto& d, auto& v) {  // Bᵀ
    v[0] = d[0] - d[2];
    v[1] = d[1] + d[2];
    v[2] = d[2] - d[1];
    v[3] = d[1] - d[3];
  };
  static constexpr auto kernel_to_points = [](const auto& g, auto& u) {  // G
    const auto sum = g[0] + g[2];
    u[0] = g[0];
    u[1] = (sum + g[1]) / 2;
    u[2] = (sum - g[1]) / 2;
    u[3] = g[2];
  };
  static constexpr auto points_to_places = [](const auto& m, auto& y) {  // Aᵀ
    y[0] = m[0] + m[1] + m[2];
    y[1] = m[1] - m[2] - m[3];
  };
  // Their transposes, for gradients.
  static constexpr auto places_to_points = [](const auto& y, auto& m) {  // A
    m[0] = y[0];
    m[1] = y[0] + y[1];
    m[2] = y[0] - y[1];
    m[3] = -y[1];
  };
  static constexpr auto points_to_pixels = [](const auto& v, auto& d) {  // B
    d[0] = v[0];
    d[1] = v[1] - v[2] + v[3];
    d[2] = v[1] + v[2] - v[0];
    d[3] = -v[3];
  };
  static constexpr auto points_to_kernel = [](const auto& u, auto& g) {  // Gᵀ
    g[0] = u[0] + (u[1] + u[2]) / 2;
    g[1] = (u[1] - u[2]) / 2;
    g[2] = (u[1] + u[2]) / 2 + u[3];
  };
};

/// F(4, 3): the points 0, a = 3/2, -a, b = 3/4, -b and infinity. 4 times fewer products for a square. With
/// these points rounding errors are half of those with the usual 0, 1, -1, 2, -2, whose large powers cancel:
/// the products of a and b are near 1, and so are most entries of the matrices.
template <class T>
struct Fours {
  static constexpr std::size_t places = 4, side = 6;
  static constexpr std::int64_t points = 36;
  static constexpr Costs wide{350, 450}, narrow{700, 1200};

  static constexpr T a = 1.5, a2 = a * a, a3 = a * a2;
  static constexpr T b = 0.75, b2 = b * b, b3 = b * b2;

  // (x - p)(x + p) is even: values at p and -p share an even and an odd part.
  static constexpr auto at_pairs = [](const auto& even_a, const auto& odd_a, const auto& even_b,
                                      const auto& odd_b, auto& v) __attribute__((always_inline)) {
    v[1] = even_a + odd_a;
    v[2] = even_a - odd_a;
    v[3] = even_b + odd_b;
    v[4] = even_b - odd_b;
  };
  static constexpr auto pixels_to_points = [](const auto& d, auto& v) {
    const auto even_a = d[4] - b2 * d[2], odd_a = a * (d[3] - b2 * d[1]);
    const auto even_b = d[4] - a2 * d[2], odd_b = b * (d[3] - a2 * d[1]);
    v[0] = a2 * b2 * d[0] - (a2 + b2) * d[2] + d[4];
    at_pairs(even_a, odd_a, even_b, odd_b, v);
    v[5] = a2 * b2 * d[1] - (a2 + b2) * d[3] + d[5];
  };
  // The products of the differences from each point to the others divide the kernel's values there.
  static constexpr T of_zero = 1 / (a2 * b2);
  static constexpr T of_a = 1 / (2 * a2 * (a2 - b2)), of_b = 1 / (2 * b2 * (b2 - a2));
  static constexpr auto kernel_to_points = [](const auto& g, auto& u) {
    const auto even_a = of_a * g[0] + of_a * a2 * g[2], odd_a = of_a * a * g[1];
    const auto even_b = of_b * g[0] + of_b * b2 * g[2], odd_b = of_b * b * g[1];
    u[0] = of_zero * g[0];
    at_pairs(even_a, odd_a, even_b, odd_b, u);
    u[5] = g[2];
  };
  static constexpr auto points_to_places = [](const auto& m, auto& y) {
    const auto even_a = m[1] + m[2], odd_a = m[1] - m[2];
    const auto even_b = m[3] + m[4], odd_b = m[3] - m[4];
    y[0] = m[0] + (even_a + even_b);
    y[1] = a * odd_a + b * odd_b;
    y[2] = a2 * even_a + b2 * even_b;
    y[3] = a3 * odd_a + b3 * odd_b + m[5];
  };
  static constexpr auto places_to_points = [](const auto& y, auto& m) {
    const auto even_a = y[0] + a2 * y[2], odd_a = a * y[1] + a3 * y[3];
    const auto even_b = y[0] + b2 * y[2], odd_b = b * y[1] + b3 * y[3];
    m[0] = y[0];
    at_pairs(even_a, odd_a, even_b, odd_b, m);
    m[5] = y[3];
  };
  static constexpr auto points_to_pixels = [](const auto& v, auto& d) {
    const auto even_a = v[1] + v[2], odd_a = a * (v[1] - v[2]);
    const auto even_b = v[3] + v[4], odd_b = b * (v[3] - v[4]);
    d[0] = a2 * b2 * v[0];
    d[1] = a2 * b2 * v[5] - b2 * odd_a - a2 * odd_b;
    d[2] = -(a2 + b2) * v[0] - b2 * even_a - a2 * even_b;
    d[3] = odd_a + odd_b - (a2 + b2) * v[5];
    d[4] = v[0] + even_a + even_b;
    d[5] = v[5];
  };
  static constexpr auto points_to_kernel = [](const auto& u, auto& g) {
    const auto even_a = u[1] + u[2], even_b = u[3] + u[4];
    g[0] = of_zero * u[0] + of_a * even_a + of_b * even_b;
    g[1] = of_a * a * (u[1] - u[2]) + of_b * b * (u[3] - u[4]);
    g[2] = of_a * a2 * even_a + of_b * b2 * even_b + u[5];
  };
};

}  // namespace gradus::kernels::winograd
