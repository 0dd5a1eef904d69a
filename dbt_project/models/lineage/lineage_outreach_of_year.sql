with enterprises as (
    select * from {{ ref('fct_enterprise') }}
    where survey_visits is not null
),

levels as (
    select * from {{ ref('lineage_level') }}
    where basis = 'as_reported'
),

periods as (
    select * from {{ ref('dim_period') }}
),

units as (
    select * from {{ ref('dim_org_unit') }}
),

-- A code that comes to mean another unit within a year starts anew.
described as (
    select
        enterprises.*,
        levels.org_unit_code as level_code,
        units.valid_from,
        periods.year,
        max(enterprises.survey_visits) over (
            partition by enterprises.period, levels.org_unit_code, enterprises.tax_code
        ) as most_visits,
        row_number() over (
            partition by enterprises.period, levels.org_unit_code, enterprises.tax_code
            order by enterprises.survey_visits desc, enterprises.submission_id asc, enterprises.source_row asc
        ) as rank_of_row
    from enterprises
    inner join levels
        on enterprises.period = levels.period and enterprises.org_unit_code = levels.reporter_code
    inner join periods on enterprises.period = periods.period
    inner join units
        on levels.org_unit_code = units.org_unit_code and {{ is_valid_on('units', 'periods.ends_on') }}
),

-- An enterprise counts in the first quarter of the year in which it was visited.
measured as (
    select
        described.*,
        case
            when
                rank_of_row = 1
                and period = min(case when most_visits > 0 then period end) over (
                    partition by level_code, valid_from, year, tax_code
                )
                then 1
            else 0
        end as is_first_surveyed
    from described
),

measures as (
    select 'outreach.enterprises_surveyed_of_year' as measure
    union all
    select 'outreach.survey_visits_of_year' as measure
),

final as (
    select
        periods.period,
        measured.level_code as org_unit_code,
        measures.measure,
        'all' as sector,
        'as_reported' as basis,
        'all' as scope,
        cast(null as bigint) as threshold,
        cast(
            case measures.measure
                when 'outreach.enterprises_surveyed_of_year' then measured.is_first_surveyed
                else measured.survey_visits
            end as double
        ) as contribution,
        'fct_enterprise' as fact,
        'survey_visits' as field,
        measured.submission_id,
        measured.source_sheet,
        measured.source_row
    from measured
    inner join periods on measured.year = periods.year and measured.period <= periods.period
    inner join units
        on
            measured.level_code = units.org_unit_code
            and measured.valid_from = units.valid_from
            and {{ is_valid_on('units', 'periods.ends_on') }}
    cross join measures
)

select * from final
