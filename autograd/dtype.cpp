#include <gradus/autograd/dtype.hpp>

#include <fmt/format.h>

fmt::appender fmt::formatter<gradus::DType>::format(gradus::DType dtype, fmt::format_context& context) const {
  return fmt::format_to(context.out(), "{}", gradus::name(dtype));
}
