#include <gradus/autograd/dtype.hpp>

#include <fmt/format.h>

#include <limits>

namespace gradus {

void check_floating(DType dtype) {
  require<DTypeError>(is_floating(dtype), "given {}; needs float32 or float64 (use to(float32))", dtype);
}

double epsilon(DType dtype) {
  return dtype == DType::float64 ? std::numeric_limits<double>::epsilon()
                                 : static_cast<double>(std::numeric_limits<float>::epsilon());
}

}  // namespace gradus

fmt::appender fmt::formatter<gradus::DType>::format(gradus::DType dtype, fmt::format_context& context) const {
  return fmt::format_to(context.out(), "{}", gradus::name(dtype));
}
