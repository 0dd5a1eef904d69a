-- The units explain the whole difference of their province; every row of a summary that counts is compared.
with reconciliation as (
    select * from {{ ref('mart_reconciliation') }}
),

explained as (
    select
        period,
        province_code,
        measure,
        sum(case when is_total then 0 else contribution end) as of_units,
        sum(case when is_total then contribution else 0 end) as of_province,
        sum(case when is_total then 1 else 0 end) as totals
    from reconciliation
    group by period, province_code, measure
),

summary_rows as (
    select
        summaries.period,
        summaries.org_unit_code,
        summaries.unit_code
    from {{ ref('stg_province_summary') }} as summaries
    inner join {{ ref('int_submissions_current') }} as submissions
        on summaries.submission_id = submissions.submission_id
    where summaries.members_total is not null
),

left_out as (
    select
        summary_rows.period,
        summary_rows.org_unit_code
    from summary_rows
    left join reconciliation
        on
            summary_rows.period = reconciliation.period
            and summary_rows.org_unit_code = reconciliation.province_code
            and summary_rows.unit_code = reconciliation.org_unit_code
            and reconciliation.measure = 'members_total'
    where reconciliation.org_unit_code is null
)

select
    period,
    province_code
from explained
where of_units <> of_province or totals <> 1
union all
select
    period,
    org_unit_code as province_code
from left_out
