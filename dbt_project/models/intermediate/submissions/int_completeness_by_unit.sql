with ancestors as (
    select * from {{ ref('int_org_unit_ancestors') }}
),

expected as (
    select * from {{ ref('int_reports_expected') }}
),

-- Coverage by agreements needs the unions and the agreements of the same reporter: it owes them in quarters
-- where both are due, and has reported when both have come.
unions_and_agreements as (
    select
        period,
        org_unit_code,
        min(is_reported) as is_reported
    from expected
    where form in ('grassroots_unions', 'agreements')
    group by period, org_unit_code
    having count(*) = 2
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
        'unions_and_agreements' as subject,
        is_reported
    from unions_and_agreements
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
