with ancestors as (
    select * from {{ ref('int_org_unit_ancestors') }}
),

expected as (
    select * from {{ ref('int_reports_expected') }}
),

combined_subjects as (
    select
        combined_subjects.*,
        count(*) over (partition by subject) as forms
    from {{ ref('combined_subjects') }} as combined_subjects
),

-- What needs several forms of the same reporter is owed in quarters where all of them are due, and has been
-- reported when all have come.
combined as (
    select
        expected.period,
        expected.org_unit_code,
        combined_subjects.subject,
        min(expected.is_reported) as is_reported
    from expected
    inner join combined_subjects on expected.form = combined_subjects.form
    group by expected.period, expected.org_unit_code, combined_subjects.subject
    having count(*) = max(combined_subjects.forms)
),

reports as (
    select
        period,
        org_unit_code,
        form as subject,
        is_reported
    from expected
    union all
    select
        period,
        org_unit_code,
        subject,
        is_reported
    from combined
),

final as (
    select
        ancestors.period,
        ancestors.ancestor_code as org_unit_code,
        reports.subject,
        count(*) as reporters_expected,
        cast(sum(reports.is_reported) as bigint) as reporters_reported,
        {{ percent('sum(reports.is_reported)', 'count(*)') }} as completeness_pct
    from ancestors
    inner join reports
        on ancestors.period = reports.period and ancestors.org_unit_code = reports.org_unit_code
    group by ancestors.period, ancestors.ancestor_code, reports.subject
)

select * from final
