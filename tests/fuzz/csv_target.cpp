#include <gradus/data/csv.hpp>

#include "fuzz/target.hpp"

namespace gradus::csv_target {

namespace {

void touch(const data::Csv& csv) {
  test::touch(csv.values);
  if (csv.labels.defined()) test::touch(csv.labels);
}

}  // namespace

const test::FuzzTarget csv{"csv",
                           "x.csv",
                           {[](const auto& file) { touch(data::read_csv(file, {.label = "label"})); },
                            [](const auto& file) {
                              touch(data::read_csv(file, {.header = false, .separator = ';', .label = "0"}));
                            }}};

}  // namespace gradus::csv_target
