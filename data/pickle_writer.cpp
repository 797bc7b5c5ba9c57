#include <gradus/data/pickle_writer.hpp>

#include <fmt/core.h>

#include <gradus/data/pickle_op.hpp>

namespace gradus::data {

namespace {

char byte(PickleOp op) { return static_cast<char>(op); }

template <class T>
void append(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

}  // namespace

PickleWriter::PickleWriter() : out_{byte(PickleOp::proto), 2} {}
void PickleWriter::global(std::string_view module, std::string_view name) {
  out_ += fmt::format("{}{}\n{}\n", byte(PickleOp::global), module, name);
}
void PickleWriter::text(std::string_view value) {
  out_ += byte(PickleOp::binunicode);
  append(out_, static_cast<std::uint32_t>(value.size()));
  out_ += value;
}
void PickleWriter::integer(std::int64_t value) {
  if (value >= INT32_MIN && value <= INT32_MAX) {
    out_ += byte(PickleOp::binint);
    append(out_, static_cast<std::int32_t>(value));
  } else {
    out_ += {byte(PickleOp::long1), sizeof value};
    append(out_, value);
  }
}
void PickleWriter::boolean(bool value) { out_ += byte(value ? PickleOp::new_true : PickleOp::new_false); }
void PickleWriter::empty_tuple() { out_ += byte(PickleOp::empty_tuple); }
void PickleWriter::empty_dict() { out_ += byte(PickleOp::empty_dict); }
void PickleWriter::mark() { out_ += byte(PickleOp::mark); }
void PickleWriter::tuple() { out_ += byte(PickleOp::tuple); }
void PickleWriter::set_items() { out_ += byte(PickleOp::setitems); }
void PickleWriter::call() { out_ += byte(PickleOp::reduce); }
void PickleWriter::persistent() { out_ += byte(PickleOp::binpersid); }
std::string PickleWriter::finish() && {
  out_ += byte(PickleOp::stop);
  return std::move(out_);
}

}  // namespace gradus::data
