"""Checks of what readers see: they open the published file itself, and stop nothing, for it stands already."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dagster import (
    AssetCheckResult,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetKey,
    MetadataValue,
    ResourceParam,
    multi_asset_check,
)

from pipelines.defs.metadata import bars, number_vi, preview
from pipelines.settings import Settings
from pipelines.warehouse import published_state
from pipelines.warehouse.published_state import State

PUBLISHED = AssetKey("published_warehouse")
ROW_ACCOUNT = "row_account"
RECONCILIATION = "reconciliation"
COMPLETENESS = "completeness"

_DESCRIPTIONS = {
    ROW_ACCOUNT: (
        "Trong bản đã công bố, mọi dòng của mọi tệp đều được tính đến: tìm thấy = mở đầu + tiêu đề + tổng cộng + chân "
        "trang + đã nhận + trả lại. Sai là lỗi của hệ thống: xóa data/lake rồi chạy lại congdoan run."
    ),
    RECONCILIATION: (
        "Ở kỳ mới nhất có bảng tổng hợp, số của tỉnh khớp với số các đơn vị trực thuộc tự gửi. Lệch thì hỏi tỉnh và "
        "đơn vị ở đầu bảng; hệ thống không sửa số của ai."
    ),
    COMPLETENESS: (
        "Ở kỳ mới nhất đã đến hạn, đủ báo cáo để đánh giá (mức trong dbt_project.yml). Thiếu thì nhắc các tỉnh ở đầu "
        "bảng; danh sách từng đơn vị: congdoan status."
    ),
}


@multi_asset_check(
    specs=[AssetCheckSpec(name, asset=PUBLISHED, description=text) for name, text in _DESCRIPTIONS.items()],
    name="published_checks",
)
def published_checks(settings: ResourceParam[Settings]) -> Iterator[AssetCheckResult]:
    """Row account, reconciliation and completeness of the published file."""
    account = published_state.row_account(settings)
    yield _result(
        ROW_ACCOUNT,
        account,
        account.unexpected == 0,
        AssetCheckSeverity.ERROR,
        f"{number_vi(account.unexpected)} trong {number_vi(account.evaluated)} báo cáo chưa tính đủ dòng.",
    )
    compared = published_state.reconciliation(settings)
    yield _result(
        RECONCILIATION,
        compared,
        compared.unexpected == 0,
        AssetCheckSeverity.WARN,
        f"Kỳ {compared.period}: lệch {number_vi(compared.unexpected)} trong {number_vi(compared.evaluated)} số "
        "được đối chiếu."
        if compared.period
        else "Chưa có bảng tổng hợp nào để đối chiếu.",
    )
    due, enough = published_state.completeness(settings), published_state.complete_from_pct()
    share = 100.0 * (due.evaluated - due.unexpected) / due.evaluated if due.evaluated else None
    yield _result(
        COMPLETENESS,
        due,
        share is None or share >= enough,
        AssetCheckSeverity.WARN,
        "Chưa có kỳ nào đến hạn."
        if share is None
        else f"Kỳ {due.period}: đã nhận {f'{share:.1f}'.replace('.', ',')} % báo cáo, còn thiếu "
        f"{number_vi(due.unexpected)} trong {number_vi(due.evaluated)}.",
        **({} if share is None else {"reported_pct": share, "judged_from_pct": enough}),
    )


def _result(
    name: str, state: State, passed: bool, severity: AssetCheckSeverity, said: str, **more: Any
) -> AssetCheckResult:
    metadata: dict[str, Any] = {"evaluated": state.evaluated, "unexpected": state.unexpected, **more}
    if state.period:
        metadata["period"] = MetadataValue.text(state.period)
    if not state.worst.is_empty():
        metadata["worst"] = preview(state.worst)
    if not state.by_period.is_empty():
        metadata["as_it_should_be_pct_by_period"] = bars(state.by_period, "period", "share_pct", full=100)
    return AssetCheckResult(
        check_name=name, asset_key=PUBLISHED, passed=passed, severity=severity, description=said, metadata=metadata
    )
